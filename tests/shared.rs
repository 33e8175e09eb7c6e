//! What the programs race on, and what keeps their races in order.

use fidge::cell::UnsafeCell;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// A number that strands share. Fidge sees plain reads and writes; the bytes are safe all the same.
pub struct Shared(UnsafeCell<AtomicU64>);

// SAFETY: what is in the cell is an atomic, and only shared references to it are made.
unsafe impl Sync for Shared {}

impl Shared {
    /// Zero.
    #[allow(clippy::new_without_default)] // Where a program makes one is to be seen.
    pub const fn new() -> Self {
        Shared(UnsafeCell::new(AtomicU64::new(0)))
    }

    /// A write.
    #[track_caller]
    pub fn set(&self, value: u64) {
        // SAFETY: the pointer is valid while the closure runs.
        self.0
            .with_mut(|cell| unsafe { (*cell).store(value, Ordering::Relaxed) });
    }

    /// A read.
    #[track_caller]
    pub fn get(&self) -> u64 {
        // SAFETY: the pointer is valid while the closure runs.
        self.0
            .with(|cell| unsafe { (*cell).load(Ordering::Relaxed) })
    }
}

/// An order of steps that Fidge does not see: what races does so in every run.
pub struct Turns(AtomicU32);

impl Turns {
    /// At step 0.
    #[allow(clippy::new_without_default)] // Where a program makes one is to be seen.
    pub const fn new() -> Self {
        Turns(AtomicU32::new(0))
    }

    /// Waits for a step.
    pub fn wait(&self, step: u32) {
        while self.0.load(Ordering::Acquire) < step {
            std::thread::yield_now();
        }
    }

    /// The next step.
    pub fn next(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }
}
