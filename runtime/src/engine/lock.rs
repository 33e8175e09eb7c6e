//! The engine's only lock: a spin lock that survives `fork`.
//!
//! A lock that a thread of the parent held at the moment of `fork` stays held for ever in the
//! child, where that thread does not exist. So the held state carries the process *generation*,
//! which `fork` bumps in the child: a lock held by an earlier generation belongs to nobody and is
//! taken over. What it protected may be half-written; [`Spin::lock`] tells the new owner.

use super::prim::{AtomicU32, Ordering, back_off};

/// Held states are `1..=GENERATIONS`, one for each generation in turn; 0 is free. As many as a granule's
/// word has room for: a lock that was orphaned that many nested forks ago, and not taken since, looks
/// held.
const GENERATIONS: u32 = 127;

/// The held state of this process: `1 + number of forks behind us % GENERATIONS`.
static HELD: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(1);

/// What a lock word holds while this process holds it.
#[inline]
pub fn held() -> u32 {
    HELD.load(core::sync::atomic::Ordering::Relaxed)
}

/// In the child of a `fork`, before anything else runs: locks held until now belong to nobody.
pub fn forked() {
    HELD.store(
        held() % GENERATIONS + 1,
        core::sync::atomic::Ordering::Relaxed,
    );
}

/// How a lock was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// It was free.
    Free,
    /// Its owner was lost in a `fork`; the protected state may be half-written.
    Orphaned,
}

/// A spin lock. Critical sections are a few dozen instructions and never block.
#[derive(Debug)]
pub struct Spin(AtomicU32);

impl Default for Spin {
    fn default() -> Self {
        Self::new()
    }
}

impl Spin {
    /// A free lock.
    #[cfg(not(fidge_loom))]
    pub const fn new() -> Self {
        Spin(AtomicU32::new(0))
    }
    /// A free lock.
    #[cfg(fidge_loom)]
    pub fn new() -> Self {
        Spin(AtomicU32::new(0))
    }

    /// Takes the lock; it is given back when the guard is dropped.
    #[inline]
    pub fn lock(&self) -> SpinGuard<'_> {
        let held = held();
        if self
            .0
            .compare_exchange(0, held, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
        {
            return SpinGuard {
                lock: self,
                came: Came::Free,
            };
        }
        self.lock_contended(held)
    }

    #[cold]
    fn lock_contended(&self, held: u32) -> SpinGuard<'_> {
        let mut round = 0;
        loop {
            let seen = self.0.load(Ordering::Relaxed);
            if seen != held {
                let came = if seen == 0 {
                    Came::Free
                } else {
                    Came::Orphaned
                };
                if self
                    .0
                    .compare_exchange(seen, held, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
                {
                    return SpinGuard { lock: self, came };
                }
            }
            back_off(&mut round);
        }
    }
}

/// Evidence that a [`Spin`] is held.
#[derive(Debug)]
pub struct SpinGuard<'a> {
    lock: &'a Spin,
    /// How it was come by.
    pub came: Came,
}

impl Drop for SpinGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.lock.0.store(0, Ordering::Release);
    }
}
