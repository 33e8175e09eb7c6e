//! References that iterators yield; those of one shard share its lock.

use crate::dashmap::hold::Hold;
use crate::dashmap::tracked::Tracked;
use crate::engine::{At, How, Mode, What};
use ::dashmap as upstream;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

/// A shared reference to an entry that an iterator met.
pub struct RefMulti<'a, K, V> {
    _hold: Hold,
    guard: upstream::mapref::multiple::RefMulti<'a, K, Tracked<V>>,
}

impl<'a, K: Eq + Hash, V> RefMulti<'a, K, V> {
    #[inline]
    pub(in crate::dashmap) fn new(
        guard: upstream::mapref::multiple::RefMulti<'a, K, Tracked<V>>,
        at: &At,
    ) -> Self {
        let key = NonNull::from(&guard.value().key);
        // SAFETY: `guard` shares in the shard's lock, and is dropped after the hold.
        let hold = unsafe { Hold::take(key, Mode::Shared, What::Passing, at) };
        RefMulti { _hold: hold, guard }
    }

    /// The key.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        self.guard.key()
    }

    /// The value.
    #[track_caller]
    #[inline]
    pub fn value(&self) -> &V {
        &self.guard.value().value
    }

    /// Key and value.
    #[track_caller]
    #[inline]
    pub fn pair(&self) -> (&K, &V) {
        (self.key(), self.value())
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
    guard: upstream::mapref::multiple::RefMutMulti<'a, K, Tracked<V>>,
    // As in `RefMut`.
    value: NonNull<V>,
}

// SAFETY: under the bounds by which dashmap's own guard, which this one points into, is `Send`.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for RefMutMulti<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for RefMutMulti<'_, K, V> {}

impl<'a, K: Eq + Hash, V> RefMutMulti<'a, K, V> {
    #[inline]
    pub(in crate::dashmap) fn new(
        mut guard: upstream::mapref::multiple::RefMutMulti<'a, K, Tracked<V>>,
        at: &At,
    ) -> Self {
        let Tracked { value, key, .. } = guard.value_mut();
        let (value, key) = (NonNull::from(value), NonNull::from(key));
        // SAFETY: `guard` shares in the shard's lock, and is dropped after the hold.
        let hold = unsafe { Hold::take(key, Mode::Exclusive, What::Passing, at) };
        RefMutMulti { hold, guard, value }
    }

    /// The key.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        self.guard.key()
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
        // SAFETY: the shard's lock keeps the value in place; the iterator yields each entry once.
        (self.guard.key(), unsafe { self.value.as_ref() })
    }

    /// Key and value, the value to be changed.
    #[track_caller]
    #[inline]
    pub fn pair_mut(&mut self) -> (&K, &mut V) {
        // SAFETY: the shard's lock keeps the value in place, and to this reference, for longer than the
        // hold lives.
        unsafe { self.hold.change(self.value, How::Whole) };
        // SAFETY: as in `pair`; `&mut self` makes this the only reference to the value.
        (self.guard.key(), unsafe { self.value.as_mut() })
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
