//! References to a part of an entry's value.

use crate::dashmap::hold::Hold;
use crate::dashmap::tracked::Tracked;
use ::dashmap as upstream;
use std::fmt;
use std::hash::Hash;
use std::ops::{Deref, DerefMut};
use std::ptr;

/// A shared reference to a part of an entry's value.
pub struct MappedRef<'a, K, V, T> {
    hold: Hold,
    guard: upstream::mapref::one::Ref<'a, K, Tracked<V>>,
    part: *const T,
}

impl<'a, K: Eq + Hash, V, T> MappedRef<'a, K, V, T> {
    /// `part` is borrowed from the value in `guard`, or lives longer.
    #[inline]
    pub(super) fn new(
        hold: Hold,
        guard: upstream::mapref::one::Ref<'a, K, Tracked<V>>,
        part: *const T,
    ) -> Self {
        MappedRef { hold, guard, part }
    }

    /// The key.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        self.guard.key()
    }

    /// The part of the value.
    #[track_caller]
    #[inline]
    pub fn value(&self) -> &T {
        // SAFETY: `guard` keeps the value in place, and from being written, while it lives.
        unsafe { &*self.part }
    }

    /// The key and the part of the value.
    #[track_caller]
    #[inline]
    pub fn pair(&self) -> (&K, &T) {
        (self.key(), self.value())
    }

    /// A reference to a part of the part.
    #[track_caller]
    #[inline]
    pub fn map<F, T2>(self, f: F) -> MappedRef<'a, K, V, T2>
    where
        F: FnOnce(&T) -> &T2,
    {
        let part = ptr::from_ref(f(self.value()));
        MappedRef::new(self.hold, self.guard, part)
    }

    /// A reference to a part of the part, or this reference again when `f` finds none.
    #[track_caller]
    #[inline]
    pub fn try_map<F, T2>(self, f: F) -> Result<MappedRef<'a, K, V, T2>, Self>
    where
        F: FnOnce(&T) -> Option<&T2>,
    {
        match f(self.value()).map(ptr::from_ref) {
            Some(part) => Ok(MappedRef::new(self.hold, self.guard, part)),
            None => Err(self),
        }
    }
}

impl<K: Eq + Hash + fmt::Debug, V, T: fmt::Debug> fmt::Debug for MappedRef<'_, K, V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedRef")
            .field("k", &ptr::from_ref(self.key()))
            .field("v", &self.part)
            .finish()
    }
}

impl<K: Eq + Hash, V, T> Deref for MappedRef<'_, K, V, T> {
    type Target = T;

    #[track_caller]
    #[inline]
    fn deref(&self) -> &T {
        self.value()
    }
}

impl<K: Eq + Hash, V, T: fmt::Display> fmt::Display for MappedRef<'_, K, V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl<K: Eq + Hash, V, T: AsRef<TDeref>, TDeref: ?Sized> AsRef<TDeref> for MappedRef<'_, K, V, T> {
    #[track_caller]
    #[inline]
    fn as_ref(&self) -> &TDeref {
        self.value().as_ref()
    }
}

/// A mutable reference to a part of an entry's value.
pub struct MappedRefMut<'a, K, V, T> {
    hold: Hold,
    guard: upstream::mapref::one::RefMut<'a, K, Tracked<V>>,
    part: *mut T,
}

impl<'a, K: Eq + Hash, V, T> MappedRefMut<'a, K, V, T> {
    /// `part` is mutably borrowed from the value in `guard`, or lives longer.
    #[inline]
    pub(super) fn new(
        hold: Hold,
        guard: upstream::mapref::one::RefMut<'a, K, Tracked<V>>,
        part: *mut T,
    ) -> Self {
        MappedRefMut { hold, guard, part }
    }

    /// The key.
    #[track_caller]
    #[inline]
    pub fn key(&self) -> &K {
        self.guard.key()
    }

    /// The part of the value.
    #[track_caller]
    #[inline]
    pub fn value(&self) -> &T {
        self.pair().1
    }

    /// The part of the value, to be changed.
    #[track_caller]
    #[inline]
    pub fn value_mut(&mut self) -> &mut T {
        self.pair_mut().1
    }

    /// The key and the part of the value.
    #[track_caller]
    #[inline]
    pub fn pair(&self) -> (&K, &T) {
        // SAFETY: `guard` keeps the value in place and to itself while it lives.
        (self.guard.key(), unsafe { &*self.part })
    }

    /// The key and the part of the value, the part to be changed.
    #[track_caller]
    #[inline]
    pub fn pair_mut(&mut self) -> (&K, &mut T) {
        // SAFETY: as in `pair`; `&mut self` makes this the only reference to the part.
        (self.guard.key(), unsafe { &mut *self.part })
    }

    /// A mutable reference to a part of the part.
    #[track_caller]
    #[inline]
    pub fn map<F, T2>(mut self, f: F) -> MappedRefMut<'a, K, V, T2>
    where
        F: FnOnce(&mut T) -> &mut T2,
    {
        let part = ptr::from_mut(f(self.value_mut()));
        MappedRefMut::new(self.hold, self.guard, part)
    }

    /// A mutable reference to a part of the part, or this reference again when `f` finds none.
    #[track_caller]
    #[inline]
    pub fn try_map<F, T2>(mut self, f: F) -> Result<MappedRefMut<'a, K, V, T2>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut T2>,
    {
        match f(self.value_mut()).map(ptr::from_mut) {
            Some(part) => Ok(MappedRefMut::new(self.hold, self.guard, part)),
            None => Err(self),
        }
    }
}

impl<K: Eq + Hash + fmt::Debug, V, T: fmt::Debug> fmt::Debug for MappedRefMut<'_, K, V, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MappedRefMut")
            .field("k", &ptr::from_ref(self.key()))
            .field("v", &self.part)
            .finish()
    }
}

impl<K: Eq + Hash, V, T> Deref for MappedRefMut<'_, K, V, T> {
    type Target = T;

    #[track_caller]
    #[inline]
    fn deref(&self) -> &T {
        self.value()
    }
}

impl<K: Eq + Hash, V, T> DerefMut for MappedRefMut<'_, K, V, T> {
    #[track_caller]
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.value_mut()
    }
}
