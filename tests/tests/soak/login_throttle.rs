//! A login throttle: attempts an address, counted in a window; who has too many waits for the next window.

use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use fidge::thread;

const LIMIT: u32 = 3;

struct Window {
    began: u64,
    attempts: u32,
}

#[derive(Default)]
struct Throttle {
    clock: AtomicU64,
    windows: DashMap<u32, Window>,
}

impl Throttle {
    fn admits(&self, address: u32) -> Option<u64> {
        let now = self.clock.load(SeqCst) / 10;
        let mut window = self.windows.entry(address).or_insert(Window {
            began: now,
            attempts: 0,
        });
        if window.began < now {
            *window = Window {
                began: now,
                attempts: 0,
            };
        }
        window.attempts += 1;
        (window.attempts <= LIMIT).then_some(window.began)
    }

    fn forget_old(&self) {
        let now = self.clock.load(SeqCst) / 10;
        self.windows.retain(|_, window| window.began + 1 >= now);
    }
}

#[test]
fn no_window_admits_more_than_its_limit() {
    crate::soak(|| {
        let throttle = Throttle::default();
        let admitted = DashMap::new();
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    for attempt in 0..30 {
                        let address = attempt % 4;
                        if let Some(window) = throttle.admits(address) {
                            *admitted.entry((address, window)).or_insert(0) += 1;
                        }
                        throttle.clock.fetch_add(1, SeqCst);
                        if attempt % 10 == 0 {
                            throttle.forget_old();
                        }
                    }
                });
            }
        });
        // A window that was forgotten may be counted anew by who read the clock before.
        assert!(admitted.iter().all(|count| *count <= 2 * LIMIT));
    });
}
