//! [`DashMap`] and its methods.

use super::TryReserveError;
use super::edges::Edges;
use super::iter::{Iter, IterMut};
use super::mapref::entry::Entry;
use super::mapref::one::{Ref, RefMut};
use super::read_only::ReadOnlyView;
use super::tracked::Tracked;
use super::try_result::TryResult;
use crate::engine::{At, How, Mode, Op};
use ::dashmap as upstream;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash, RandomState};

/// A concurrent map: [`dashmap::DashMap`](::dashmap::DashMap) that tells the engine what it orders.
///
/// A method's results, errors, panics, blocking and deadlocks are those of the method of the same
/// name there. What it orders stands in the [module's documentation](super).
///
/// ```
/// use fidge::dashmap::DashMap;
///
/// let reviews = DashMap::new();
/// reviews.insert("Veloren", 5);
/// *reviews.get_mut("Veloren").unwrap() -= 1;
/// assert_eq!(reviews.remove("Veloren"), Some(("Veloren", 4)));
/// ```
pub struct DashMap<K, V, S = RandomState> {
    pub(super) inner: upstream::DashMap<K, Tracked<V>, S>,
    pub(super) edges: Edges,
    /// [`ask_for_all`](Self::ask_for_all), for what knows less of `S` than that needs.
    pub(super) ask: Ask<Self>,
}

/// Asks for all shards of a map.
pub(super) type Ask<M> = fn(&M, Mode, &At);

impl<K: Eq + Hash, V> DashMap<K, V, RandomState> {
    /// An empty map.
    #[track_caller]
    #[inline]
    pub fn new() -> Self {
        Self::over(upstream::DashMap::new())
    }

    /// An empty map with room for `capacity` entries.
    #[track_caller]
    #[inline]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::over(upstream::DashMap::with_capacity(capacity))
    }

    /// An empty map of `shard_amount` shards.
    ///
    /// # Panics
    ///
    /// When `shard_amount` is not a power of two greater than 1.
    #[track_caller]
    #[inline]
    pub fn with_shard_amount(shard_amount: usize) -> Self {
        Self::over(upstream::DashMap::with_shard_amount(shard_amount))
    }

    /// An empty map of `shard_amount` shards with room for `capacity` entries.
    ///
    /// # Panics
    ///
    /// When `shard_amount` is not a power of two greater than 1.
    #[track_caller]
    #[inline]
    pub fn with_capacity_and_shard_amount(capacity: usize, shard_amount: usize) -> Self {
        Self::over(upstream::DashMap::with_capacity_and_shard_amount(
            capacity,
            shard_amount,
        ))
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone> DashMap<K, V, S> {
    #[inline]
    pub(super) fn over(inner: upstream::DashMap<K, Tracked<V>, S>) -> Self {
        DashMap {
            inner,
            edges: Edges::default(),
            ask: Self::ask_for_all,
        }
    }

    /// The map as a view that lends plain references, and that nobody can write through.
    #[track_caller]
    #[inline]
    pub fn into_read_only(self) -> ReadOnlyView<K, V, S> {
        ReadOnlyView::new(self)
    }

    /// An empty map that hashes with `hasher`.
    #[track_caller]
    #[inline]
    pub fn with_hasher(hasher: S) -> Self {
        Self::over(upstream::DashMap::with_hasher(hasher))
    }

    /// An empty map that hashes with `hasher`, with room for `capacity` entries.
    #[track_caller]
    #[inline]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        Self::over(upstream::DashMap::with_capacity_and_hasher(
            capacity, hasher,
        ))
    }

    /// An empty map of `shard_amount` shards that hashes with `hasher`.
    ///
    /// # Panics
    ///
    /// When `shard_amount` is not a power of two greater than 1.
    #[track_caller]
    #[inline]
    pub fn with_hasher_and_shard_amount(hasher: S, shard_amount: usize) -> Self {
        Self::over(upstream::DashMap::with_hasher_and_shard_amount(
            hasher,
            shard_amount,
        ))
    }

    /// An empty map of `shard_amount` shards that hashes with `hasher`, with room for `capacity`
    /// entries.
    ///
    /// # Panics
    ///
    /// When `shard_amount` is not a power of two greater than 1.
    #[track_caller]
    #[inline]
    pub fn with_capacity_and_hasher_and_shard_amount(
        capacity: usize,
        hasher: S,
        shard_amount: usize,
    ) -> Self {
        Self::over(
            upstream::DashMap::with_capacity_and_hasher_and_shard_amount(
                capacity,
                hasher,
                shard_amount,
            ),
        )
    }

    /// The hash of `item` by the map's hasher.
    #[track_caller]
    #[inline]
    pub fn hash_usize<T: Hash>(&self, item: &T) -> usize {
        self.inner.hash_usize(item)
    }

    /// The map's hasher.
    #[track_caller]
    #[inline]
    pub fn hasher(&self) -> &S {
        self.inner.hasher()
    }

    /// Inserts or overwrites; returns the value that was there before.
    #[track_caller]
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        self.insert_at(key, value, &At::here(&Op("DashMap::insert")))
    }

    /// Removes a key; returns what was removed.
    #[track_caller]
    #[inline]
    pub fn remove<Q>(&self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let at = At::here(&Op("DashMap::remove"));
        self.remove_at(key, How::Blind, &at, |_, _| true)
    }

    /// Removes a key if it is there and `f` returns true; returns what was removed.
    #[track_caller]
    #[inline]
    pub fn remove_if<Q>(&self, key: &Q, f: impl FnOnce(&K, &V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let at = At::here(&Op("DashMap::remove_if"));
        self.remove_at(key, How::Conditional, &at, |key, value| f(key, value))
    }

    /// Removes a key if it is there and `f`, which may change the value, returns true; returns what
    /// was removed.
    #[track_caller]
    #[inline]
    pub fn remove_if_mut<Q>(&self, key: &Q, f: impl FnOnce(&K, &mut V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let at = At::here(&Op("DashMap::remove_if_mut"));
        self.remove_at(key, How::Conditional, &at, f)
    }

    /// An iterator over shared references; each locks its shard while it lives.
    #[track_caller]
    #[inline]
    pub fn iter(&'a self) -> Iter<'a, K, V, S, DashMap<K, V, S>> {
        Iter::new(self, &At::here(&Op("DashMap::iter")))
    }

    /// An iterator over mutable references; each locks its shard while it lives.
    #[track_caller]
    #[inline]
    pub fn iter_mut(&'a self) -> IterMut<'a, K, V, S, DashMap<K, V, S>> {
        IterMut::new(self, &At::here(&Op("DashMap::iter_mut")))
    }

    /// A shared reference to a key's value, if it is there.
    #[track_caller]
    #[inline]
    pub fn get<Q>(&'a self, key: &Q) -> Option<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.get_at(key, &At::here(&Op("DashMap::get")))
    }

    /// A mutable reference to a key's value, if it is there.
    #[track_caller]
    #[inline]
    pub fn get_mut<Q>(&'a self, key: &Q) -> Option<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.get_mut_at(key, &At::here(&Op("DashMap::get_mut")))
    }

    /// As [`get`](Self::get), but returns `Locked` instead of waiting for the shard.
    #[track_caller]
    #[inline]
    pub fn try_get<Q>(&'a self, key: &Q) -> TryResult<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.try_get_at(key, &At::here(&Op("DashMap::try_get")))
    }

    /// As [`get_mut`](Self::get_mut), but returns `Locked` instead of waiting for the shard.
    #[track_caller]
    #[inline]
    pub fn try_get_mut<Q>(&'a self, key: &Q) -> TryResult<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.try_get_mut_at(key, &At::here(&Op("DashMap::try_get_mut")))
    }

    /// Gives unused memory back.
    #[track_caller]
    #[inline]
    pub fn shrink_to_fit(&self) {
        self.shrink_to_fit_at(&At::here(&Op("DashMap::shrink_to_fit")))
    }

    /// Keeps the entries for which `f`, which may change the value, returns true.
    #[track_caller]
    #[inline]
    pub fn retain(&self, f: impl FnMut(&K, &mut V) -> bool) {
        self.retain_at(&At::here(&Op("DashMap::retain")), f)
    }

    /// The number of entries.
    #[track_caller]
    #[inline]
    pub fn len(&self) -> usize {
        self.len_at(&At::here(&Op("DashMap::len")))
    }

    /// Whether there is no entry.
    #[track_caller]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len_at(&At::here(&Op("DashMap::is_empty"))) == 0
    }

    /// Removes every entry and keeps the memory: as in dashmap, a [`retain`](Self::retain) of none.
    #[track_caller]
    #[inline]
    pub fn clear(&self) {
        self.retain_at(&At::here(&Op("DashMap::clear")), |_, _| false)
    }

    /// The number of entries that fit without growing.
    #[track_caller]
    #[inline]
    pub fn capacity(&self) -> usize {
        self.capacity_at(&At::here(&Op("DashMap::capacity")))
    }

    /// Replaces a key's value, if it is there, by `f` of it.
    ///
    /// # Panics
    ///
    /// A panic in `f` aborts the process.
    #[track_caller]
    #[inline]
    pub fn alter<Q>(&self, key: &Q, f: impl FnOnce(&K, V) -> V)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.alter_at(key, &At::here(&Op("DashMap::alter")), f)
    }

    /// Replaces every value by `f` of it.
    ///
    /// # Panics
    ///
    /// A panic in `f` aborts the process.
    #[track_caller]
    #[inline]
    pub fn alter_all(&self, f: impl FnMut(&K, V) -> V) {
        self.alter_all_at(&At::here(&Op("DashMap::alter_all")), f)
    }

    /// `f` of a key's value, if it is there.
    #[track_caller]
    #[inline]
    pub fn view<Q, R>(&self, key: &Q, f: impl FnOnce(&K, &V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let guard = self.get_at(key, &At::here(&Op("DashMap::view")))?;
        Some(f(guard.key(), guard.value()))
    }

    /// Whether the key is there.
    #[track_caller]
    #[inline]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.contains_at(key, &At::here(&Op("DashMap::contains_key")))
    }

    /// The place of a key, there or not; it locks its shard while it lives.
    #[track_caller]
    #[inline]
    pub fn entry(&'a self, key: K) -> Entry<'a, K, V> {
        self.entry_at(key, &At::here(&Op("DashMap::entry")))
    }

    /// As [`entry`](Self::entry), but returns `None` instead of waiting for the shard.
    #[track_caller]
    #[inline]
    pub fn try_entry(&'a self, key: K) -> Option<Entry<'a, K, V>> {
        self.try_entry_at(key, &At::here(&Op("DashMap::try_entry")))
    }

    /// Makes room for `additional` more entries in every shard.
    ///
    /// # Errors
    ///
    /// When the capacity overflows or the allocator fails.
    #[track_caller]
    #[inline]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.inner.try_reserve(additional)
    }
}
