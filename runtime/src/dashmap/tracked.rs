//! A value and the clock of its key.

use super::hold::Hold;
use crate::engine::{At, How, Key, Mode, Op, What};
use crate::value;
use std::fmt;
use std::ptr::NonNull;

/// What the real map stores for a key. The clock stands beside the value, so that it moves with it
/// when the shard grows; nobody holds the key then, for growing takes the shard's write lock.
pub(super) struct Tracked<V> {
    /// The program's value.
    pub value: V,
    /// The key, as a lock.
    pub key: Key,
    /// The key's hash, kept so that a removal need not call the program's `Hash` under the lock.
    pub hash: u64,
}

impl<V> Tracked<V> {
    /// A value under a new key, which the current strand inserts.
    #[inline]
    pub fn new(value: V, key: Key, hash: u64, how: How, at: &At) -> Self {
        key.written(value::of(&value), how, at);
        Tracked { value, key, hash }
    }

    /// The value, seen by an operation that keeps no guard.
    #[inline]
    pub fn seen(&self, at: &At) -> &V {
        self.key.acquired(Mode::Shared, What::Value, at);
        self.key.released(Mode::Shared, at);
        &self.value
    }

    /// Runs `f` on the value while the key is held exclusively, also when `f` panics.
    #[inline]
    pub fn exclusively<R>(&mut self, at: &At, f: impl FnOnce(&mut V) -> R) -> R {
        let Tracked { value, key, .. } = self;
        // SAFETY: `key` is borrowed from the caller for longer than this body runs.
        let _hold = unsafe { Hold::take(NonNull::from(key), Mode::Exclusive, What::Nothing, at) };
        f(value)
    }

    /// The same key with `f(value)`. Should `f` panic, the process aborts: dashmap sees to that.
    #[inline]
    pub fn altered(self, at: &At, f: impl FnOnce(V) -> V) -> Self {
        let Tracked { value, key, hash } = self;
        key.acquired(Mode::Exclusive, What::Nothing, at);
        let value = f(value);
        key.written(value::of(&value), How::Whole, at);
        key.released(Mode::Exclusive, at);
        Tracked { value, key, hash }
    }

    /// The value, taken out of a map that is nobody else's any more.
    #[inline]
    pub fn into_seen(self, at: &At) -> V {
        self.key.acquired(Mode::Exclusive, What::Nothing, at);
        self.key.released(Mode::Exclusive, at);
        self.value
    }
}

/// A clone reads the value under the shard's read lock, and is itself a key nobody has held.
impl<V: Clone> Clone for Tracked<V> {
    #[track_caller]
    #[inline]
    fn clone(&self) -> Self {
        let at = At::here(&Op("DashMap::clone"));
        // SAFETY: `self.key` is borrowed from the caller for longer than this body runs.
        let _hold =
            unsafe { Hold::take(NonNull::from(&self.key), Mode::Shared, What::Passing, &at) };
        Tracked {
            value: self.value.clone(),
            key: Key::default(),
            hash: self.hash,
        }
    }
}

impl<V: fmt::Debug> fmt::Debug for Tracked<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
