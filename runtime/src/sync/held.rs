//! The engine's side of a lock guard.

use crate::engine::scope::{self, Deed};
use crate::engine::{At, LockVar, Mode, Op};
use std::sync::atomic::{AtomicBool, Ordering};

/// Evidence that the current strand holds `lock`. Its drop tells the engine that the lock is about
/// to be given back, so in a guard it stands *before* std's guard: fields drop in order, in an
/// unwinding as well.
#[derive(Debug)]
pub(super) struct Held<'a> {
    lock: &'a LockVar,
    mode: Mode,
    /// Where the lock was taken: a drop has no caller's location of its own.
    taken: At,
    give_back: &'static Op,
    /// How often the holder had read anything when it took the lock.
    reads: u64,
    /// Whether the holder has looked at what the lock protects.
    looked: AtomicBool,
    /// Whether it may have written that.
    wrote: bool,
}

// SAFETY: `&Held` gives no way to the cell of `taken`, which alone makes this `!Sync`; only the guard's
// owner reaches it, by value or by drop. std's guards are `Sync` too.
unsafe impl Sync for Held<'_> {}

impl<'a> Held<'a> {
    /// Call right after the real lock was taken.
    #[inline]
    pub(super) fn new(lock: &'a LockVar, mode: Mode, taken: At, give_back: &'static Op) -> Self {
        let reads = lock.acquired(mode, &taken);
        Held {
            lock,
            mode,
            taken,
            give_back,
            reads,
            looked: AtomicBool::new(false),
            wrote: false,
        }
    }

    /// The holder looks at what the lock protects, which is a `T`.
    #[inline]
    pub(super) fn looks<T: ?Sized>(&self) {
        self.looked.store(true, Ordering::Relaxed);
        self.touches::<T>(Deed::Read);
    }

    /// The holder may write what the lock protects, which is a `T`.
    #[inline]
    pub(super) fn writes<T: ?Sized>(&mut self) {
        self.wrote = true;
        self.touches::<T>(Deed::Write);
    }

    /// What needs no drop holds no map, whose keys are locations of their own.
    #[inline]
    fn touches<T: ?Sized>(&self, deed: Deed) {
        if !std::mem::needs_drop::<T>() && scope::are_open() {
            // Not the cell of `taken`: others may look through the guard at the same time.
            let at = self.taken.with_op(self.taken.op);
            self.lock.touched(deed, &at);
        }
    }

    /// Tells the engine that the lock is about to be given back by the operation `at`; the answer
    /// is the lock, to be taken again.
    #[inline]
    pub(super) fn release(self, at: &At) -> &'a LockVar {
        let lock = self.lock;
        lock.released(self.mode, at);
        std::mem::forget(self);
        lock
    }
}

impl Drop for Held<'_> {
    #[inline]
    fn drop(&mut self) {
        let at = self.taken.with_op(self.give_back);
        if *self.looked.get_mut() && !self.wrote {
            self.lock.released_as_it_was(self.mode, self.reads, &at);
        } else {
            self.lock.released(self.mode, &at);
        }
    }
}
