//! A value and the clock of its key.

use super::hold::Hold;
use crate::engine::{At, How, Key, Mode, Op, Resource, What};
use crate::value::{self, Value};
use std::ptr::{self, NonNull};
use std::{fmt, mem, process};

/// What the real map stores for a key. The clock stands beside the value, so that it moves with it
/// when the shard grows; nobody holds the key then, for growing takes the shard's write lock.
// In this order, small keys and values share a line of the processor's cache with what a lookup asks.
#[repr(C)]
pub(super) struct Tracked<V> {
    /// The program's value.
    pub value: V,
    /// The key, as a lock, and its hash, so that a removal need not call the program's `Hash` under the lock.
    pub key: Key,
}

/// The value is not looked at, or what is made of it is told by itself.
pub(super) const UNSEEN: (What, fn() -> Value) = (What::Nothing, || Value::UNKNOWN);

/// Somebody comes by on its way over the map.
pub(super) const PASSED: (What, fn() -> Value) = (What::Passing, || Value::UNKNOWN);

impl<V> Tracked<V> {
    /// A value under a new key.
    #[inline]
    pub fn new(value: V, key: Key) -> Self {
        Tracked { value, key }
    }

    /// Sets the value, whatever it was, which is returned; `shard` is locked exclusively.
    #[inline]
    pub fn overwrite(&mut self, shard: Resource, value: V, at: &At) -> V {
        self.key.overwritten(shard, value::of(&value), at);
        mem::replace(&mut self.value, value)
    }

    /// The value, seen by an operation that keeps no guard, in a map that nobody writes.
    #[inline]
    pub fn seen(&self, at: &At) -> &V {
        let no_lock = Resource::UNKNOWN;
        self.key.acquired(no_lock, Mode::Shared, PASSED, at);
        self.key.released(no_lock, Mode::Shared, None, at);
        &self.value
    }

    /// Whether `f` says true of the value, which it may change, while the key, and with it the shard, is
    /// held exclusively: then who holds it still.
    ///
    /// # Safety
    ///
    /// The shard is locked exclusively for longer than the hold lives.
    #[inline]
    pub unsafe fn held_if(
        &mut self,
        shard: Resource,
        at: &At,
        f: impl FnOnce(&mut V) -> bool,
    ) -> Option<Hold> {
        let Tracked { value, key } = self;
        // SAFETY: the caller's promise.
        let hold = unsafe { Hold::take(NonNull::from(key), shard, Mode::Exclusive, UNSEEN, at) };
        f(value).then_some(hold)
    }

    /// Makes the value `f(value)`, while the key is held as in [`held_if`](Self::held_if). Should
    /// `f` panic, the process aborts, as with dashmap.
    #[inline]
    pub fn alter(&mut self, shard: Resource, at: &At, f: impl FnOnce(V) -> V) {
        let Tracked { value, key } = self;
        // SAFETY: `key` is borrowed from the caller for longer than this body runs.
        let hold = unsafe { Hold::take(NonNull::from(&*key), shard, Mode::Exclusive, UNSEEN, at) };
        let aborts = AbortOnPanic;
        // SAFETY: what is read is written back before anybody sees it: `f` returns or never ends.
        unsafe { ptr::write(value, f(ptr::read(value))) };
        mem::forget(aborts);
        hold.end(value::of(value), How::Whole, at);
    }

    /// The value, taken out of a map that is nobody else's any more.
    #[inline]
    pub fn into_seen(self, at: &At) -> V {
        let no_lock = Resource::UNKNOWN;
        self.key.acquired(no_lock, Mode::Exclusive, UNSEEN, at);
        self.key.released(no_lock, Mode::Exclusive, None, at);
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
        let key = NonNull::from(&self.key);
        // SAFETY: as above. dashmap's own `clone` has locked the shard, which is not known here.
        let _hold = unsafe { Hold::take(key, Resource::UNKNOWN, Mode::Shared, PASSED, &at) };
        Tracked {
            value: self.value.clone(),
            key: Key::new(self.key.hash()),
        }
    }
}

impl<V: fmt::Debug> fmt::Debug for Tracked<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}
