//! [`DashSet`].

use super::DashMap;
use super::iter_set::{Iter, OwningIter};
use super::setref::one::Ref;
use crate::engine::{At, How, Op};
use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};

/// A concurrent set: a [`DashMap`] of keys alone.
///
/// ```
/// use fidge::dashmap::DashSet;
///
/// let games = DashSet::new();
/// assert!(games.insert("Veloren"));
/// assert!(!games.insert("Veloren"));
/// assert!(games.contains("Veloren"));
/// ```
pub struct DashSet<K, S = RandomState> {
    inner: DashMap<K, (), S>,
}

impl<K: Eq + Hash + fmt::Debug, S: BuildHasher + Clone> fmt::Debug for DashSet<K, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<K: Eq + Hash + Clone, S: Clone> Clone for DashSet<K, S> {
    #[track_caller]
    #[inline]
    fn clone(&self) -> Self {
        DashSet {
            inner: self.inner.clone(),
        }
    }

    #[track_caller]
    #[inline]
    fn clone_from(&mut self, source: &Self) {
        self.inner.clone_from(&source.inner)
    }
}

impl<K, S> Default for DashSet<K, S>
where
    K: Eq + Hash,
    S: Default + BuildHasher + Clone,
{
    #[track_caller]
    #[inline]
    fn default() -> Self {
        DashSet {
            inner: DashMap::default(),
        }
    }
}

impl<K: Eq + Hash> DashSet<K, RandomState> {
    /// An empty set.
    #[track_caller]
    #[inline]
    pub fn new() -> Self {
        DashSet {
            inner: DashMap::new(),
        }
    }

    /// An empty set with room for `capacity` keys.
    #[track_caller]
    #[inline]
    pub fn with_capacity(capacity: usize) -> Self {
        DashSet {
            inner: DashMap::with_capacity(capacity),
        }
    }
}

impl<'a, K: 'a + Eq + Hash, S: BuildHasher + Clone> DashSet<K, S> {
    /// An empty set that hashes with `hasher`.
    #[track_caller]
    #[inline]
    pub fn with_hasher(hasher: S) -> Self {
        DashSet {
            inner: DashMap::with_hasher(hasher),
        }
    }

    /// An empty set that hashes with `hasher`, with room for `capacity` keys.
    #[track_caller]
    #[inline]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        DashSet {
            inner: DashMap::with_capacity_and_hasher(capacity, hasher),
        }
    }

    /// The hash of `item` by the set's hasher.
    #[track_caller]
    #[inline]
    pub fn hash_usize<T: Hash>(&self, item: &T) -> usize {
        self.inner.hash_usize(item)
    }

    /// Inserts a key; returns whether it is new.
    #[track_caller]
    #[inline]
    pub fn insert(&self, key: K) -> bool {
        self.inner
            .insert_at(key, (), &At::here(&Op("DashSet::insert")))
            .is_none()
    }

    /// Removes a key; returns what was removed.
    #[track_caller]
    #[inline]
    pub fn remove<Q>(&self, key: &Q) -> Option<K>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let at = At::here(&Op("DashSet::remove"));
        self.inner
            .remove_at(key, How::Blind, &at, |_, ()| true)
            .map(|(key, ())| key)
    }

    /// Removes a key if it is there and `f` returns true; returns what was removed.
    #[track_caller]
    #[inline]
    pub fn remove_if<Q>(&self, key: &Q, f: impl FnOnce(&K) -> bool) -> Option<K>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let at = At::here(&Op("DashSet::remove_if"));
        self.inner
            .remove_at(key, How::Conditional, &at, |key, ()| f(key))
            .map(|(key, ())| key)
    }

    /// An iterator over shared references; each locks its shard while it lives.
    #[track_caller]
    #[inline]
    pub fn iter(&'a self) -> Iter<'a, K, S, DashMap<K, (), S>> {
        Iter::new(super::iter::Iter::new(
            &self.inner,
            &At::here(&Op("DashSet::iter")),
        ))
    }

    /// A shared reference to a key, if it is there.
    #[track_caller]
    #[inline]
    pub fn get<Q>(&'a self, key: &Q) -> Option<Ref<'a, K>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner
            .get_at(key, &At::here(&Op("DashSet::get")))
            .map(Ref::new)
    }

    /// Gives unused memory back.
    #[track_caller]
    #[inline]
    pub fn shrink_to_fit(&self) {
        self.inner
            .shrink_to_fit_at(&At::here(&Op("DashSet::shrink_to_fit")))
    }

    /// Keeps the keys for which `f` returns true.
    #[track_caller]
    #[inline]
    pub fn retain(&self, mut f: impl FnMut(&K) -> bool) {
        self.inner
            .retain_at(&At::here(&Op("DashSet::retain")), |key, ()| f(key))
    }

    /// The number of keys.
    #[track_caller]
    #[inline]
    pub fn len(&self) -> usize {
        self.inner.len_at(&At::here(&Op("DashSet::len")))
    }

    /// Whether there is no key.
    #[track_caller]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.inner.len_at(&At::here(&Op("DashSet::is_empty"))) == 0
    }

    /// Removes every key and keeps the memory.
    #[track_caller]
    #[inline]
    pub fn clear(&self) {
        self.inner
            .retain_at(&At::here(&Op("DashSet::clear")), |_, ()| false)
    }

    /// The number of keys that fit without growing.
    #[track_caller]
    #[inline]
    pub fn capacity(&self) -> usize {
        self.inner.capacity_at(&At::here(&Op("DashSet::capacity")))
    }

    /// Whether the key is there.
    #[track_caller]
    #[inline]
    pub fn contains<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.inner
            .contains_at(key, &At::here(&Op("DashSet::contains")))
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone> IntoIterator for DashSet<K, S> {
    type Item = K;
    type IntoIter = OwningIter<K, S>;

    #[track_caller]
    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        let at = At::here(&Op("DashSet::into_iter"));
        OwningIter::new(super::iter::OwningIter::new(self.inner, &at))
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone> Extend<K> for DashSet<K, S> {
    #[track_caller]
    #[inline]
    fn extend<T: IntoIterator<Item = K>>(&mut self, keys: T) {
        self.inner.extend(keys.into_iter().map(|key| (key, ())))
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone + Default> FromIterator<K> for DashSet<K, S> {
    #[track_caller]
    #[inline]
    fn from_iter<I: IntoIterator<Item = K>>(keys: I) -> Self {
        let mut set = DashSet::default();
        set.extend(keys);
        set
    }
}
