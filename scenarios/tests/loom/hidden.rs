//! The plain location of the subjects, without the lock that keeps racy scenarios safe: loom ends the
//! model before two accesses meet.

use loom::cell::UnsafeCell;

/// A plain memory location.
pub struct Slot<T>(UnsafeCell<T>);

// SAFETY: loom checks every access.
unsafe impl<T: Send> Sync for Slot<T> {}

impl<T: Copy> Slot<T> {
    /// A location that holds `value`.
    pub fn new(value: T) -> Self {
        Slot(UnsafeCell::new(value))
    }

    /// Reads.
    pub fn get(&self) -> T {
        // SAFETY: loom checks that nobody writes meanwhile.
        self.0.with(|value| unsafe { *value })
    }

    /// Writes.
    pub fn set(&self, new: T) {
        // SAFETY: loom checks that nobody else is here.
        self.0.with_mut(|value| unsafe { *value = new });
    }
}
