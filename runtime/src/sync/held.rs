//! The engine's side of a lock guard.

use crate::engine::{At, LockVar, Mode, Op};

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
}

// SAFETY: `&Held` gives no way to `taken`, whose cell alone makes this `!Sync`; only the guard's
// owner reaches it, by value or by drop. std's guards are `Sync` too.
unsafe impl Sync for Held<'_> {}

impl<'a> Held<'a> {
    /// Call right after the real lock was taken.
    #[inline]
    pub(super) fn new(lock: &'a LockVar, mode: Mode, taken: At, give_back: &'static Op) -> Self {
        lock.acquired(mode, &taken);
        Held {
            lock,
            mode,
            taken,
            give_back,
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
        self.lock
            .released(self.mode, &self.taken.with_op(self.give_back));
    }
}
