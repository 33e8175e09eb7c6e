//! A value and the clock of its key.

use super::hold::Hold;
use crate::engine::{At, LockVar, Mode, Op, Resource};
use std::ptr::{self, NonNull};
use std::{fmt, mem, process};

/// What the real map stores for a key. The clock stands beside the value, so that it moves with it
/// when the shard grows; nobody holds the key then, for growing takes the shard's write lock.
pub(super) struct Tracked<V> {
    /// The program's value.
    pub value: V,
    /// The key, as a lock.
    pub key: LockVar,
    /// The key's hash, kept so that a removal need not call the program's `Hash` under the lock.
    pub hash: u64,
}

impl<V> Tracked<V> {
    /// A value whose key nobody has held.
    #[inline]
    pub fn new(value: V, hash: u64) -> Self {
        Tracked {
            value,
            key: LockVar::new(),
            hash,
        }
    }

    /// The value, seen by an operation that keeps no guard.
    #[inline]
    pub fn seen(&self, at: &At) -> &V {
        self.key.acquired(Mode::Shared, at);
        self.key.released(Mode::Shared, at);
        &self.value
    }

    /// Runs `f` on the value while the key, and with it the shard, is held exclusively,
    /// also when `f` panics.
    #[inline]
    pub fn exclusively<R>(&mut self, shard: Resource, at: &At, f: impl FnOnce(&mut V) -> R) -> R {
        let Tracked { value, key, .. } = self;
        // SAFETY: `key` is borrowed from the caller for longer than this body runs.
        let _hold = unsafe { Hold::take(NonNull::from(key), shard, Mode::Exclusive, at) };
        f(value)
    }

    /// Makes the value `f(value)`, while the key is held as in [`exclusively`](Self::exclusively). Should
    /// `f` panic, the process aborts, as with dashmap.
    #[inline]
    pub fn alter(&mut self, shard: Resource, at: &At, f: impl FnOnce(V) -> V) {
        self.exclusively(shard, at, |value| {
            let aborts = AbortOnPanic;
            // SAFETY: what is read is written back before anybody sees it: `f` returns or never ends.
            unsafe { ptr::write(value, f(ptr::read(value))) };
            mem::forget(aborts);
        });
    }

    /// The value, taken out of a map that is nobody else's any more.
    #[inline]
    pub fn into_seen(self, at: &At) -> V {
        self.key.acquired(Mode::Exclusive, at);
        self.key.released(Mode::Exclusive, at);
        self.value
    }
}

/// Dropped by an unwinding, it ends the process.
struct AbortOnPanic;

impl Drop for AbortOnPanic {
    fn drop(&mut self) {
        process::abort();
    }
}

/// A clone reads the value under the shard's read lock, and is itself a key nobody has held.
impl<V: Clone> Clone for Tracked<V> {
    #[track_caller]
    #[inline]
    fn clone(&self) -> Self {
        let at = At::here(&Op("DashMap::clone"));
        // SAFETY: `self.key` is borrowed from the caller for longer than this body runs.
        let _hold = unsafe {
            // dashmap's own `clone` has locked the shard, which is not known here.
            Hold::take(NonNull::from(&self.key), Resource::UNKNOWN, Mode::Shared, &at)
        };
        Tracked::new(self.value.clone(), self.hash)
    }
}

impl<V: fmt::Debug> fmt::Debug for Tracked<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
