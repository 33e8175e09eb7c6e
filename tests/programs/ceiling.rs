//! More detector memory than the ceiling allows.

use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::thread;
use std::process::exit;

static MAP: Mutex<Option<HashMap<u64, Box<Mutex<u64>>>>> = Mutex::new(None);

fn main() {
    *MAP.lock().unwrap() = Some(HashMap::new());
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            thread::spawn(move || {
                for index in 0..10_000 {
                    let value = Box::new(Mutex::new(1));
                    *value.lock().unwrap() += index;
                    let mut map = MAP.lock().unwrap();
                    map.as_mut().unwrap().insert(index * 4 + thread, value);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    // Nothing of this is recorded any more.
    thread::scope(|scope| {
        scope.spawn(|| *MAP.lock().unwrap().as_mut().unwrap()[&0].lock().unwrap() += 1);
    });
    let map = MAP.lock().unwrap().take().unwrap();
    let sum: u64 = map.values().map(|value| *value.lock().unwrap()).sum();
    println!("{} {sum} {}", map.len(), fidge::check(|| 1).is_clean());
    exit(4);
}
