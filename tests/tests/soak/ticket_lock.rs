//! A ticket lock: first come, first served.

use fidge::cell::UnsafeCell;
use fidge::sync::atomic::AtomicUsize;
use fidge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use fidge::thread;

struct TicketLock<T> {
    next: AtomicUsize,
    serving: AtomicUsize,
    value: UnsafeCell<T>,
}

// SAFETY: the value is touched by the holder only.
unsafe impl<T: Send> Sync for TicketLock<T> {}

impl<T> TicketLock<T> {
    fn with<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        let ticket = self.next.fetch_add(1, Relaxed);
        while self.serving.load(Acquire) != ticket {
            thread::yield_now();
        }
        // SAFETY: it is our turn.
        let result = self.value.with_mut(|value| f(unsafe { &mut *value }));
        self.serving.store(ticket + 1, Release);
        result
    }

    fn waiting(&self) -> usize {
        let serving = self.serving.load(Relaxed);
        self.next.load(Relaxed).saturating_sub(serving)
    }
}

#[test]
fn one_at_a_time() {
    crate::soak(|| {
        let lock = TicketLock {
            next: AtomicUsize::new(0),
            serving: AtomicUsize::new(0),
            value: UnsafeCell::new(Vec::new()),
        };
        thread::scope(|s| {
            for worker in 0..3 {
                let lock = &lock;
                s.spawn(move || {
                    for n in 0..30 {
                        if lock.waiting() > 2 {
                            thread::yield_now();
                        }
                        lock.with(|log| log.push((worker, n)));
                    }
                });
            }
        });
        let log = lock.value.into_inner();
        for worker in 0..3 {
            let own = log.iter().filter(|entry| entry.0 == worker);
            assert!(own.map(|entry| entry.1).eq(0..30));
        }
    });
}
