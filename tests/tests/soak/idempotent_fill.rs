//! A cache of pure results: who misses computes without the lock and fills in, perhaps a second time,
//! the same.

use fidge::collections::HashMap;
use fidge::dashmap::DashMap;
use fidge::sync::Mutex;
use fidge::thread;

fn collatz(mut n: u64) -> u64 {
    let mut steps = 0;
    while n != 1 {
        n = if n.is_multiple_of(2) {
            n / 2
        } else {
            3 * n + 1
        };
        steps += 1;
    }
    steps
}

fn steps(cache: &DashMap<u64, u64>, n: u64) -> u64 {
    if let Some(known) = cache.get(&n) {
        return *known;
    }
    let steps = collatz(n);
    cache.insert(n, steps);
    steps
}

fn text(cache: &Mutex<HashMap<u64, String>>, n: u64) -> String {
    if let Some(known) = cache.lock().unwrap().get(&n) {
        return known.clone();
    }
    let text = format!("{n} takes {} steps", collatz(n));
    cache.lock().unwrap().insert(n, text.clone());
    text
}

#[test]
fn a_second_fill_changes_nothing() {
    crate::soak(|| {
        let numbers = DashMap::new();
        let texts = Mutex::new(HashMap::new());
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for n in 1..25 {
                        assert_eq!(steps(&numbers, n), collatz(n));
                        assert!(text(&texts, n).ends_with("steps"));
                    }
                });
            }
        });
        assert_eq!(numbers.len(), 24);
    });
}
