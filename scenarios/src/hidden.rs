//! Ways for threads to meet that a detector does not see, so that a racy scenario is safe to run.
//!
//! A real race on a `HashMap` would corrupt it and end the experiment. The racy programs of the
//! catalogue therefore keep their bytes behind a lock that no detector takes for one: the program that
//! the detector sees has no lock there, and the one that the machine runs does. For the same reason
//! scenarios meet at a hidden [`Barrier`] where they must bring about one order of events without
//! giving the detector a reason to believe in it.
//!
//! # How they are hidden
//!
//! All are made of `Relaxed` operations on std's own atomics, and a fence of the compiler. Fidge does not
//! look at std's atomics. ThreadSanitizer and Miri do, and find that relaxed operations order nothing.
//! Helgrind and DRD see instructions that they know to be atomic, and no order either. The machine
//! keeps the bytes safe all the same: on x86-64 every atomic read-modify-write is a full fence of the
//! processor's, and elsewhere a fence that these tools ignore is added.
//!
//! loom and shuttle run one thread at a time, and know nothing of threads that wait by other means than
//! theirs: whoever waits here, then, yields to their scheduler. And since loom can only see accesses to
//! its own cells, a [`Hidden`] value has such a cell beside it, as if it lay in one.

use fidge::__backend::EXPLORES;
use fidge::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicBool, AtomicUsize, compiler_fence, fence};
use std::time::Duration;

/// Keeps what is written before it before it, and what comes after it after it.
pub fn settle() {
    if cfg!(any(target_arch = "x86_64", miri)) {
        compiler_fence(SeqCst);
    } else {
        fence(SeqCst);
    }
}

/// Lets the others run until `done`.
pub fn wait_until(done: impl Fn() -> bool) {
    let mut patience = 100;
    while !done() {
        if EXPLORES {
            fidge::thread::yield_now();
        } else if patience > 0 {
            patience -= 1;
            std::thread::yield_now();
        } else {
            std::thread::sleep(Duration::from_micros(50));
        }
    }
}

/// A value that several threads reach, one at a time, through a lock that detectors do not see.
pub struct Hidden<T> {
    taken: AtomicBool,
    /// What loom sees of an access to the value.
    seen: UnsafeCell<()>,
    value: std::cell::UnsafeCell<T>,
}

// SAFETY: one guard at a time gives access to the value.
unsafe impl<T: Send> Sync for Hidden<T> {}

impl<T> Hidden<T> {
    /// Hides `value`'s lock.
    pub fn new(value: T) -> Self {
        Hidden {
            taken: AtomicBool::new(false),
            seen: UnsafeCell::new(()),
            value: std::cell::UnsafeCell::new(value),
        }
    }

    /// Access to the value while the guard lives.
    pub fn open(&self) -> Open<'_, T> {
        wait_until(|| {
            let taken = self.taken.compare_exchange(false, true, Relaxed, Relaxed);
            taken.is_ok()
        });
        settle();
        Open { hidden: self }
    }
}

/// The value of a [`Hidden`], to nobody else meanwhile.
pub struct Open<'a, T> {
    hidden: &'a Hidden<T>,
}

impl<T> Deref for Open<'_, T> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        if EXPLORES {
            self.hidden.seen.with(|_| ());
        }
        // SAFETY: there is one guard at a time, this one.
        unsafe { &*self.hidden.value.get() }
    }
}

impl<T> DerefMut for Open<'_, T> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        if EXPLORES {
            self.hidden.seen.with_mut(|_| ());
        }
        // SAFETY: there is one guard at a time, this one, and it is borrowed mutably.
        unsafe { &mut *self.hidden.value.get() }
    }
}

impl<T> Drop for Open<'_, T> {
    fn drop(&mut self) {
        settle();
        // A swap and no store: binary instrumentation knows the one to be atomic, not the other.
        self.hidden.taken.swap(false, Relaxed);
    }
}

/// A plain memory location: every `get` is a non-atomic read at the caller's line, every `set` a
/// non-atomic write.
pub struct Slot<T>(Hidden<UnsafeCell<T>>);

impl<T: Copy> Slot<T> {
    /// A location that holds `value`; not an access.
    pub fn new(value: T) -> Self {
        Slot(Hidden::new(UnsafeCell::new(value)))
    }

    /// Reads.
    #[track_caller]
    pub fn get(&self) -> T {
        let cell = self.0.open();
        // SAFETY: the hidden lock is held and every access goes through it.
        cell.with(|value| unsafe { *value })
    }

    /// Writes.
    #[track_caller]
    pub fn set(&self, new: T) {
        let cell = self.0.open();
        // SAFETY: the hidden lock is held and every access goes through it.
        cell.with_mut(|value| unsafe { *value = new });
    }
}

/// A meeting of a number of threads, again and again, that orders nothing in any detector's eyes.
pub struct Barrier {
    parties: usize,
    arrived: AtomicUsize,
    round: AtomicUsize,
}

impl Barrier {
    /// For so many threads.
    pub fn new(parties: usize) -> Self {
        Barrier {
            parties,
            arrived: AtomicUsize::new(0),
            round: AtomicUsize::new(0),
        }
    }

    /// Waits until as many have come as there are parties.
    pub fn wait(&self) {
        settle();
        let round = self.round.load(Relaxed);
        if self.arrived.fetch_add(1, Relaxed) + 1 == self.parties {
            self.arrived.swap(0, Relaxed);
            self.round.fetch_add(1, Relaxed);
        } else {
            wait_until(|| self.round.load(Relaxed) != round);
        }
        settle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn a_hidden_value_is_one_threads_at_a_time() {
        let total = Hidden::new(0);
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..1000 {
                        let mut total = total.open();
                        let seen = *total;
                        *total = std::hint::black_box(seen) + 1;
                    }
                });
            }
        });
        assert_eq!(*total.open(), 4000);
    }

    #[test]
    fn nobody_passes_the_barrier_before_all_have_come() {
        let (barrier, arrived) = (Barrier::new(3), AtomicUsize::new(0));
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    for round in 1..=100 {
                        arrived.fetch_add(1, SeqCst);
                        barrier.wait();
                        assert_eq!(arrived.load(SeqCst), 3 * round);
                        barrier.wait();
                    }
                });
            }
        });
    }

    #[cfg(feature = "detect")]
    #[test]
    fn neither_orders_anything_for_fidge() {
        let report = fidge::check(|| {
            let (slot, met) = (Slot::new(0), Barrier::new(2));
            fidge::thread::scope(|s| {
                s.spawn(|| {
                    slot.set(1);
                    met.wait();
                });
                met.wait();
                slot.get()
            })
        });
        assert_eq!(report.races().len(), 1);
    }
}
