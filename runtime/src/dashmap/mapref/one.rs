//! References to one entry.

pub use super::mapped::{MappedRef, MappedRefMut};
use crate::dashmap::hold::Hold;
use crate::dashmap::tracked::Tracked;
use crate::engine::{At, How, Mode, Op, Resource, What};
use crate::value;
use ::dashmap as upstream;
use std::fmt;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::ptr::{self, NonNull};

/// A shared reference to an entry.
pub struct Ref<'a, K, V> {
    hold: Hold,
    guard: upstream::mapref::one::Ref<'a, K, Tracked<V>>,
}

impl<'a, K: Eq + Hash, V> Ref<'a, K, V> {
    #[inline]
    pub(in crate::dashmap) fn new(
        guard: upstream::mapref::one::Ref<'a, K, Tracked<V>>,
        shard: Resource,
        what: What,
        at: &At,
    ) -> Self {
        let Tracked { value, key } = guard.value();
        // A pointer, lest the value be fetched for nothing.
        let (key, value) = (NonNull::from(key), NonNull::from(value));
        // SAFETY: `guard` locks the shard, and is dropped after the hold.
        let now = || value::of(unsafe { value.as_ref() });
        // SAFETY: as above.
        let hold = unsafe { Hold::take(key, shard, Mode::Shared, (what, now), at) };
        Ref { hold, guard }
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

    /// A reference to a part of the value.
    #[track_caller]
    #[inline]
    pub fn map<F, T>(self, f: F) -> MappedRef<'a, K, V, T>
    where
        F: FnOnce(&V) -> &T,
    {
        let part = ptr::from_ref(f(self.value()));
        MappedRef::new(self.hold, self.guard, part)
    }

    /// A reference to a part of the value, or this reference again when `f` finds none.
    #[track_caller]
    #[inline]
    pub fn try_map<F, T>(self, f: F) -> Result<MappedRef<'a, K, V, T>, Self>
    where
        F: FnOnce(&V) -> Option<&T>,
    {
        match f(self.value()).map(ptr::from_ref) {
            Some(part) => Ok(MappedRef::new(self.hold, self.guard, part)),
            None => Err(self),
        }
    }
}

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug> fmt::Debug for Ref<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref")
            .field("k", &ptr::from_ref(self.key()))
            .field("v", &ptr::from_ref(self.value()))
            .finish()
    }
}

impl<K: Eq + Hash, V> Deref for Ref<'_, K, V> {
    type Target = V;

    #[track_caller]
    #[inline]
    fn deref(&self) -> &V {
        self.value()
    }
}

/// A mutable reference to an entry.
pub struct RefMut<'a, K, V> {
    hold: Hold,
    guard: upstream::mapref::one::RefMut<'a, K, Tracked<V>>,
    // The value in `guard`, not through it: a `&mut Tracked` would claim the key's clock as well,
    // which the hold points to.
    value: NonNull<V>,
}

// SAFETY: under the bounds by which dashmap's own guard, which this one points into, is `Send`.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Send for RefMut<'_, K, V> {}
// SAFETY: as above.
unsafe impl<K: Eq + Hash + Sync, V: Sync> Sync for RefMut<'_, K, V> {}

impl<'a, K: Eq + Hash, V> RefMut<'a, K, V> {
    #[inline]
    pub(in crate::dashmap) fn new(
        mut guard: upstream::mapref::one::RefMut<'a, K, Tracked<V>>,
        shard: Resource,
        what: What,
        at: &At,
    ) -> Self {
        let Tracked { value, key } = guard.value_mut();
        let (value, key) = (NonNull::from(value), NonNull::from(key));
        // SAFETY: `guard` locks the shard, and is dropped after the hold.
        let now = || value::of(unsafe { value.as_ref() });
        // SAFETY: as above.
        let hold = unsafe { Hold::take(key, shard, Mode::Exclusive, (what, now), at) };
        RefMut { hold, guard, value }
    }

    /// A reference that goes on with the hold of an entry; `value` is the value in `guard`.
    #[inline]
    pub(super) fn held(
        hold: Hold,
        guard: upstream::mapref::one::RefMut<'a, K, Tracked<V>>,
        value: NonNull<V>,
    ) -> Self {
        RefMut { hold, guard, value }
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
        // SAFETY: `guard` keeps the value in place and to itself while it lives.
        (self.guard.key(), unsafe { self.value.as_ref() })
    }

    /// Key and value, the value to be changed.
    #[track_caller]
    #[inline]
    pub fn pair_mut(&mut self) -> (&K, &mut V) {
        // SAFETY: the guard keeps the value in place, and to itself, for longer than the hold lives.
        unsafe { self.hold.change(self.value, How::Whole) };
        // SAFETY: as in `pair`; `&mut self` makes this the only reference to the value.
        (self.guard.key(), unsafe { self.value.as_mut() })
    }

    /// A shared reference; others may read the shard from now on. In between, nobody could write.
    #[track_caller]
    #[inline]
    pub fn downgrade(self) -> Ref<'a, K, V> {
        let at = At::here(&Op("RefMut::downgrade"));
        let shard = self.hold.shard();
        drop(self.hold);
        Ref::new(self.guard.downgrade(), shard, What::Value, &at)
    }

    /// A mutable reference to a part of the value.
    #[track_caller]
    #[inline]
    pub fn map<F, T>(mut self, f: F) -> MappedRefMut<'a, K, V, T>
    where
        F: FnOnce(&mut V) -> &mut T,
    {
        let part = ptr::from_mut(f(self.value_mut()));
        MappedRefMut::new(self.hold, self.guard, part)
    }

    /// A mutable reference to a part of the value, or this reference again when `f` finds none.
    #[track_caller]
    #[inline]
    pub fn try_map<F, T>(mut self, f: F) -> Result<MappedRefMut<'a, K, V, T>, Self>
    where
        F: FnOnce(&mut V) -> Option<&mut T>,
    {
        match f(self.value_mut()).map(ptr::from_mut) {
            Some(part) => Ok(MappedRefMut::new(self.hold, self.guard, part)),
            None => Err(self),
        }
    }
}

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug> fmt::Debug for RefMut<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RefMut")
            .field("k", &ptr::from_ref(self.key()))
            .field("v", &self.value)
            .finish()
    }
}

impl<K: Eq + Hash, V> Deref for RefMut<'_, K, V> {
    type Target = V;

    #[track_caller]
    #[inline]
    fn deref(&self) -> &V {
        self.value()
    }
}

impl<K: Eq + Hash, V> DerefMut for RefMut<'_, K, V> {
    #[track_caller]
    #[inline]
    fn deref_mut(&mut self) -> &mut V {
        self.value_mut()
    }
}
