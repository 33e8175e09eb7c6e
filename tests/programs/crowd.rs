//! 2,000 live threads.

use fidge::sync::{Arc, Barrier, Mutex};
use fidge::thread;
use fidge_tests::{Shared, Turns};
use std::env::args;

const THREADS: usize = 2_000;

static CELL: Shared = Shared::new();
static TURNS: Turns = Turns::new();
static COUNT: Mutex<usize> = Mutex::new(0);

fn main() {
    let racing = args().nth(1).as_deref() == Some("racing");
    let all = Arc::new(Barrier::new(THREADS));
    let threads: Vec<_> = (0..THREADS)
        .map(|index| {
            let all = Arc::clone(&all);
            let body = move || {
                let own = Shared::new();
                own.set(index as u64);
                *COUNT.lock().unwrap() += 1;
                all.wait();
                own.set(own.get() + 1);
                match index {
                    700 if racing => {
                        CELL.set(1);
                        TURNS.next();
                    }
                    1_400 if racing => {
                        TURNS.wait(1);
                        CELL.get();
                    }
                    _ => {}
                }
            };
            thread::Builder::new()
                .name(format!("one of many, {index}"))
                .stack_size(64 << 10)
                .spawn(body)
                .unwrap()
        })
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    println!("{}", COUNT.lock().unwrap());
}
