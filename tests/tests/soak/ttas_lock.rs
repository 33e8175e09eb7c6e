//! A spin lock that looks before it tries, with a guard.

use fidge::cell::UnsafeCell;
use fidge::collections::HashMap;
use fidge::sync::atomic::AtomicBool;
use fidge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use fidge::thread;

struct Spin<T> {
    held: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is touched by the holder only.
unsafe impl<T: Send> Sync for Spin<T> {}

struct Guard<'a, T>(&'a Spin<T>);

impl<T> Spin<T> {
    fn try_lock(&self) -> Option<Guard<'_, T>> {
        let free = self.held.compare_exchange(false, true, Acquire, Relaxed);
        free.is_ok().then(|| Guard(self))
    }

    fn lock(&self) -> Guard<'_, T> {
        loop {
            while self.held.load(Relaxed) {
                thread::yield_now();
            }
            if let Some(guard) = self.try_lock() {
                return guard;
            }
        }
    }
}

impl<T> Guard<'_, T> {
    fn with<R>(&mut self, f: impl FnOnce(&mut T) -> R) -> R {
        // SAFETY: the lock is held.
        self.0.value.with_mut(|value| f(unsafe { &mut *value }))
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        self.0.held.store(false, Release);
    }
}

#[test]
fn one_at_a_time() {
    crate::soak(|| {
        let votes = Spin {
            held: AtomicBool::new(false),
            value: UnsafeCell::new(HashMap::new()),
        };
        thread::scope(|s| {
            for worker in 0..3 {
                let votes = &votes;
                s.spawn(move || {
                    for n in 0..30 {
                        let party = (worker + n) % 3;
                        votes
                            .lock()
                            .with(|votes| *votes.entry(party).or_insert(0) += 1);
                        if let Some(mut guard) = votes.try_lock() {
                            guard.with(|votes| assert!(votes.values().sum::<u32>() > 0));
                        }
                    }
                });
            }
        });
        assert_eq!(votes.value.into_inner().values().sum::<u32>(), 90);
    });
}
