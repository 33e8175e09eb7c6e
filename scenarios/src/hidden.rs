//! Ways for threads to meet that a detector does not see, so that a racy scenario is safe to run.
//!
//! A real race on a `HashMap` would corrupt it and end the experiment. The racy programs of the
//! catalogue therefore keep their bytes behind std's own locks, which Fidge does not look at: the
//! program that the detector sees has no lock there, and the one that the machine runs does.
//! For the same reason scenarios use `std::sync::Barrier` where they must bring about one order of
//! events without giving the detector a reason to believe in it.

use fidge::cell::UnsafeCell;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A value that several threads reach, one at a time, through a lock that detectors do not see.
pub struct Hidden<T>(Mutex<T>);

impl<T> Hidden<T> {
    /// Hides `value`'s lock.
    pub const fn new(value: T) -> Self {
        Hidden(Mutex::new(value))
    }

    /// Access to the value while the guard lives. A panic of another holder does not matter.
    pub fn open(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A plain memory location: every `get` is a non-atomic read at the caller's line, every `set` a
/// non-atomic write.
pub struct Slot<T>(Hidden<UnsafeCell<T>>);

impl<T: Copy> Slot<T> {
    /// A location that holds `value`; not an access.
    pub const fn new(value: T) -> Self {
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
