//! Double-checked initialisation done right: acquire outside, a second look under the lock, release.

use fidge::cell::UnsafeCell;
use fidge::sync::Mutex;
use fidge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use fidge::sync::atomic::{AtomicBool, AtomicU32};
use fidge::thread;

struct Lazy<T> {
    ready: AtomicBool,
    lock: Mutex<()>,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: the value is written once, under the lock, before `ready` is set, and only read after.
unsafe impl<T: Send + Sync> Sync for Lazy<T> {}

impl<T: Copy> Lazy<T> {
    fn get(&self, make: impl FnOnce() -> T) -> T {
        if !self.ready.load(Acquire) {
            let _held = self.lock.lock().unwrap();
            if !self.ready.load(Relaxed) {
                let value = make();
                // SAFETY: nobody reads before `ready` is set, and we hold the lock.
                self.value.with_mut(|slot| unsafe { *slot = Some(value) });
                self.ready.store(true, Release);
            }
        }
        // SAFETY: it is ready.
        self.value.with(|slot| unsafe { *slot }).expect("ready")
    }
}

#[test]
fn the_value_is_made_once() {
    crate::soak(|| {
        let (makes, lazy) = (
            AtomicU32::new(0),
            Lazy {
                ready: AtomicBool::new(false),
                lock: Mutex::new(()),
                value: UnsafeCell::new(None),
            },
        );
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..10 {
                        assert_eq!(lazy.get(|| makes.fetch_add(1, Relaxed) + 7), 7);
                    }
                });
            }
        });
        assert_eq!(makes.into_inner(), 1);
    });
}
