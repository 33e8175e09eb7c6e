//! Dining philosophers; the last one takes the forks the other way round.

use fidge::sync::{Mutex, MutexGuard};
use fidge::thread;

const SEATS: usize = 4;

#[derive(Default)]
struct Fork {
    uses: u32,
}

fn forks<'a>(table: &'a [Mutex<Fork>], seat: usize) -> [MutexGuard<'a, Fork>; 2] {
    let (left, right) = (seat, (seat + 1) % SEATS);
    let first = table[left.min(right)].lock().unwrap();
    let second = table[left.max(right)].lock().unwrap();
    [first, second]
}

#[test]
fn everybody_eats() {
    crate::soak(|| {
        let table: Vec<Mutex<Fork>> = (0..SEATS).map(|_| Mutex::default()).collect();
        thread::scope(|s| {
            for seat in 0..SEATS {
                let table = &table;
                s.spawn(move || {
                    for _ in 0..20 {
                        for mut fork in forks(table, seat) {
                            fork.uses += 1;
                        }
                        thread::yield_now();
                    }
                });
            }
        });
        for fork in table {
            assert_eq!(fork.into_inner().unwrap().uses, 40);
        }
    });
}
