//! An MCS lock (Mellor-Crummey & Scott, TOCS 1991): each waiter spins on a flag of its own.

use fidge::cell::UnsafeCell;
use fidge::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use fidge::sync::atomic::{AtomicBool, AtomicPtr};
use fidge::thread;
use std::ptr::null_mut;

#[derive(Default)]
struct Waiter {
    next: AtomicPtr<Waiter>,
    waits: AtomicBool,
}

struct McsLock<T> {
    tail: AtomicPtr<Waiter>,
    value: UnsafeCell<T>,
}

// SAFETY: the value is touched by the holder only.
unsafe impl<T: Send> Sync for McsLock<T> {}

impl<T> McsLock<T> {
    /// `waiter` is the thread's own, used again each time.
    fn with<R>(&self, waiter: &Waiter, f: impl FnOnce(&mut T) -> R) -> R {
        let own = std::ptr::from_ref(waiter).cast_mut();
        waiter.next.store(null_mut(), Relaxed);
        waiter.waits.store(true, Relaxed);
        let before = self.tail.swap(own, AcqRel);
        if !before.is_null() {
            // SAFETY: it cannot leave before it has woken us.
            unsafe { (*before).next.store(own, Release) };
            while waiter.waits.load(Acquire) {
                thread::yield_now();
            }
        }
        // SAFETY: the lock is ours.
        let result = self.value.with_mut(|value| f(unsafe { &mut *value }));
        let mut next = waiter.next.load(Acquire);
        if next.is_null() {
            if self
                .tail
                .compare_exchange(own, null_mut(), Release, Relaxed)
                .is_ok()
            {
                return result;
            }
            while next.is_null() {
                thread::yield_now();
                next = waiter.next.load(Acquire);
            }
        }
        // SAFETY: it waits for this.
        unsafe { (*next).waits.store(false, Release) };
        result
    }
}

#[test]
fn one_at_a_time() {
    crate::soak(|| {
        let lock = McsLock {
            tail: AtomicPtr::new(null_mut()),
            value: UnsafeCell::new(0),
        };
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    let waiter = Waiter::default();
                    for _ in 0..30 {
                        lock.with(&waiter, |n| *n += 1);
                    }
                });
            }
        });
        assert_eq!(lock.value.into_inner(), 90);
    });
}
