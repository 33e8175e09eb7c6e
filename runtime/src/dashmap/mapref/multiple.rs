//! References that iterators yield; those of one shard share its lock.

use crate::dashmap::hold::Hold;
use crate::dashmap::shard::Locked;
use crate::dashmap::tracked::{PASSED, Tracked};
use crate::engine::{At, How, Mode};
use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;
use std::sync::Arc;

/// A shared reference to an entry that an iterator met.
pub struct RefMulti<'a, K, V> {
    _hold: Hold,
    _shard: Arc<Locked<'a>>,
    key: NonNull<K>,
    value: NonNull<V>,
}

// SAFETY: under the bounds by which dashmap's own reference is `Send`.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for RefMulti<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for RefMulti<'_, K, V> {}

impl<'a, K: Eq + Hash, V> RefMulti<'a, K, V> {
    /// An entry of the shard, which is locked in either mode.
    #[inline]
    pub(in crate::dashmap) fn new(
        shard: Arc<Locked<'a>>,
        key: &K,
        tracked: &Tracked<V>,
        at: &At,
    ) -> Self {
        let Tracked { value, key: lock } = tracked;
        let lock = NonNull::from(lock);
        // SAFETY: `shard` is dropped after the hold.
        let hold = unsafe { Hold::take(lock, shard.resource(), Mode::Shared, PASSED, at) };
        RefMulti {
            _hold: hold,
            _shard: shard,
            key: NonNull::from(key),
            value: NonNull::from(value),
        }
    }

    /// The key.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        self.pair().0
    }

    /// The value.
    #[track_caller]
    #[inline]
    pub fn value(&self) -> &V {
        self.pair().1
    }

    /// Key and value.
    #[track_caller]
    #[inline]
    pub fn pair(&self) -> (&K, &V) {
        // SAFETY: the shard's lock keeps both in place, and from being written.
        unsafe { (self.key.as_ref(), self.value.as_ref()) }
    }
}

impl<K: Eq + Hash, V> Deref for RefMulti<'_, K, V> {
    type Target = V;

    #[track_caller]
    #[inline]
    fn deref(&self) -> &V {
        self.value()
    }
}

/// A mutable reference to an entry that an iterator met.
pub struct RefMutMulti<'a, K, V> {
    hold: Hold,
    _shard: Arc<Locked<'a>>,
    key: NonNull<K>,
    value: NonNull<V>,
}

// SAFETY: under the bounds by which dashmap's own reference is `Send`.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for RefMutMulti<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for RefMutMulti<'_, K, V> {}

impl<'a, K: Eq + Hash, V> RefMutMulti<'a, K, V> {
    /// An entry of the shard, which is locked exclusively; nothing else refers to it.
    #[inline]
    pub(in crate::dashmap) fn new(
        shard: Arc<Locked<'a>>,
        key: &K,
        tracked: &mut Tracked<V>,
        at: &At,
    ) -> Self {
        // The value and not the whole: a `&mut Tracked` would claim the key's clock as well, which
        // the hold points to.
        let Tracked { value, key: lock } = tracked;
        let lock = NonNull::from(lock);
        // SAFETY: `shard` is dropped after the hold.
        let hold = unsafe { Hold::take(lock, shard.resource(), Mode::Exclusive, PASSED, at) };
        RefMutMulti {
            hold,
            _shard: shard,
            key: NonNull::from(key),
            value: NonNull::from(value),
        }
    }

    /// The key.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        self.pair().0
    }

    /// The value.
    #[track_caller]
    #[inline]
    pub fn value(&self) -> &V {
        self.pair().1
    }

    /// The value, to be changed.
    #[track_caller]
    #[inline]
    pub fn value_mut(&mut self) -> &mut V {
        self.pair_mut().1
    }

    /// Key and value.
    #[track_caller]
    #[inline]
    pub fn pair(&self) -> (&K, &V) {
        // SAFETY: the shard's lock keeps both in place; the iterator yields each entry once.
        unsafe { (self.key.as_ref(), self.value.as_ref()) }
    }

    /// Key and value, the value to be changed.
    #[track_caller]
    #[inline]
    pub fn pair_mut(&mut self) -> (&K, &mut V) {
        // SAFETY: the shard's lock keeps the value in place, and to this reference, for longer than the
        // hold lives.
        unsafe { self.hold.change(self.value, How::Whole) };
        // SAFETY: as in `pair`; `&mut self` makes this the only reference to the value.
        unsafe { (self.key.as_ref(), self.value.as_mut()) }
    }
}

impl<K: Eq + Hash, V> Deref for RefMutMulti<'_, K, V> {
    type Target = V;

    #[track_caller]
    #[inline]
    fn deref(&self) -> &V {
        self.value()
    }
}

impl<K: Eq + Hash, V> DerefMut for RefMutMulti<'_, K, V> {
    #[track_caller]
    #[inline]
    fn deref_mut(&mut self) -> &mut V {
        self.value_mut()
    }
}
