//! A counting semaphore, by a lock and a condition, and a latch that opens when all have begun.

use fidge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use fidge::sync::{Condvar, Mutex};
use fidge::thread;

struct Semaphore {
    permits: Mutex<usize>,
    freed: Condvar,
}

impl Semaphore {
    fn new(permits: usize) -> Self {
        Semaphore {
            permits: Mutex::new(permits),
            freed: Condvar::new(),
        }
    }

    fn acquire(&self, n: usize) -> Permit<'_> {
        let permits = self.permits.lock().unwrap();
        *self
            .freed
            .wait_while(permits, |permits| *permits < n)
            .unwrap() -= n;
        Permit(self, n)
    }

    fn try_acquire(&self) -> Option<Permit<'_>> {
        let mut permits = self.permits.lock().unwrap();
        *permits = permits.checked_sub(1)?;
        Some(Permit(self, 1))
    }
}

struct Permit<'a>(&'a Semaphore, usize);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.0.permits.lock().unwrap() += self.1;
        self.0.freed.notify_all();
    }
}

#[test]
fn no_more_than_the_permits_are_inside() {
    crate::soak(|| {
        let (semaphore, begun) = (Semaphore::new(3), Semaphore::new(0));
        let inside = AtomicUsize::new(0);
        let visit = |weight: usize| {
            let now = inside.fetch_add(weight, SeqCst) + weight;
            assert!(now <= 3);
            thread::yield_now();
            inside.fetch_sub(weight, SeqCst);
        };
        thread::scope(|s| {
            for worker in 0..4 {
                let (semaphore, begun, visit) = (&semaphore, &begun, &visit);
                s.spawn(move || {
                    std::mem::forget(begun.acquire(0));
                    *begun.permits.lock().unwrap() += 1;
                    begun.freed.notify_all();
                    for n in 0..15 {
                        let weight = 1 + (worker + n) % 3;
                        let permit = semaphore.acquire(weight);
                        visit(weight);
                        drop(permit);
                        if let Some(_permit) = semaphore.try_acquire() {
                            visit(1);
                        }
                    }
                });
            }
            drop(begun.acquire(4));
        });
        assert_eq!(*semaphore.permits.lock().unwrap(), 3);
    });
}
