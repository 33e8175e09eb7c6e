//! The map and its own methods.

use super::{
    Drain, Entry, ExtractIf, IntoKeys, IntoValues, Iter, IterMut, Keys, OccupiedEntry, VacantEntry,
    Values, ValuesMut,
};
use crate::collections::contract::{Contract, Draining, Traversal};
use crate::collections::history::Histories;
use crate::collections::tracked::Tracked;
use crate::engine::{At, How, Op, What};
use crate::value::{self, Value};
use std::borrow::Borrow;
use std::collections::{TryReserveError, hash_map as real};
use std::hash::{BuildHasher, Hash, RandomState};
use std::mem;

/// `std::collections::HashMap`, checked: operations that conflict and that nothing orders are
/// reported as a race. What it computes is what std's computes.
///
/// The map belongs in whatever synchronises it, a [`Mutex`](crate::sync::Mutex) for instance; races
/// come in when that is forgotten, or when two locks are used for one map.
///
/// # Examples
///
/// ```
/// use fidge::collections::HashMap;
///
/// let mut visits = HashMap::from([("home", 1)]);
/// *visits.entry("home").or_insert(0) += 1;
/// assert_eq!(visits["home"], 2);
/// ```
pub struct HashMap<K, V, S = RandomState> {
    // Before `base`: see `Contract`.
    pub(super) contract: Contract,
    pub(super) base: real::HashMap<K, Tracked<V>, S>,
}

impl<K, V> HashMap<K, V, RandomState> {
    /// An empty map that has not allocated.
    #[inline]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map with room for at least `capacity` keys.
    #[inline]
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, RandomState::new())
    }
}

impl<K, V, S> HashMap<K, V, S> {
    /// An empty map that hashes its keys with `hash_builder`.
    #[inline]
    pub const fn with_hasher(hash_builder: S) -> Self {
        Self::from_base(real::HashMap::with_hasher(hash_builder))
    }

    /// An empty map with room for at least `capacity` keys, hashed with `hasher`.
    #[inline]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        Self::from_base(real::HashMap::with_capacity_and_hasher(capacity, hasher))
    }

    /// A map around a table that nobody has touched.
    pub(super) const fn from_base(base: real::HashMap<K, Tracked<V>, S>) -> Self {
        HashMap {
            contract: Contract::new(&Op("HashMap::drop")),
            base,
        }
    }

    /// How many keys the map holds without growing, at least.
    #[inline]
    #[track_caller]
    pub fn capacity(&self) -> usize {
        self.contract.look(&At::here(&Op("HashMap::capacity")));
        self.base.capacity()
    }

    /// The keys, in no particular order.
    #[inline]
    #[track_caller]
    pub fn keys(&self) -> Keys<'_, K, V> {
        Keys {
            inner: self.visit(&At::here(&Op("HashMap::keys"))),
        }
    }

    /// The keys, out of the map, in no particular order.
    #[inline]
    #[track_caller]
    pub fn into_keys(self) -> IntoKeys<K, V> {
        IntoKeys {
            base: self
                .into_base(&At::here(&Op("HashMap::into_keys")))
                .into_keys(),
        }
    }

    /// The values, in no particular order.
    #[inline]
    #[track_caller]
    pub fn values(&self) -> Values<'_, K, V> {
        Values {
            inner: self.visit(&At::here(&Op("HashMap::values"))),
        }
    }

    /// The values, to be written, in no particular order.
    #[inline]
    #[track_caller]
    pub fn values_mut(&mut self) -> ValuesMut<'_, K, V> {
        let at = At::here(&Op("HashMap::values_mut"));
        let traversal = Traversal::begin(&self.contract, &at);
        ValuesMut {
            base: self.base.values_mut(),
            traversal,
        }
    }

    /// The values, out of the map, in no particular order.
    #[inline]
    #[track_caller]
    pub fn into_values(self) -> IntoValues<K, V> {
        IntoValues {
            base: self
                .into_base(&At::here(&Op("HashMap::into_values")))
                .into_values(),
        }
    }

    /// The keys with their values, in no particular order.
    #[inline]
    #[track_caller]
    pub fn iter(&self) -> Iter<'_, K, V> {
        self.visit(&At::here(&Op("HashMap::iter")))
    }

    /// The keys with their values, these to be written, in no particular order.
    #[inline]
    #[track_caller]
    pub fn iter_mut(&mut self) -> IterMut<'_, K, V> {
        let at = At::here(&Op("HashMap::iter_mut"));
        let traversal = Traversal::begin(&self.contract, &at);
        IterMut {
            base: self.base.iter_mut(),
            traversal,
        }
    }

    /// How many keys the map has.
    #[inline]
    #[track_caller]
    pub fn len(&self) -> usize {
        self.contract.measure(&At::here(&Op("HashMap::len")));
        self.base.len()
    }

    /// Whether the map has no key.
    #[inline]
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.contract.measure(&At::here(&Op("HashMap::is_empty")));
        self.base.is_empty()
    }

    /// Takes everything out of the map and leaves it its memory. What the iterator is not asked
    /// for is dropped with it.
    #[inline]
    #[track_caller]
    pub fn drain(&mut self) -> Drain<'_, K, V> {
        let at = At::here(&Op("HashMap::drain"));
        let draining = Draining::begin(&self.contract, &at);
        Drain {
            draining,
            base: self.base.drain(),
        }
    }

    /// Takes out what `pred` says `true` of, as the iterator is asked for it. What it has not come
    /// to when it is dropped stays.
    #[inline]
    #[track_caller]
    pub fn extract_if<F>(&mut self, pred: F) -> ExtractIf<'_, K, V, F>
    where
        F: FnMut(&K, &mut V) -> bool,
    {
        let at = At::here(&Op("HashMap::extract_if"));
        let traversal = Traversal::begin_removal(&self.contract, &at);
        ExtractIf::new(&mut self.base, pred, traversal)
    }

    /// Keeps what `f` says `true` of.
    #[inline]
    #[track_caller]
    pub fn retain<F>(&mut self, mut f: F)
    where
        F: FnMut(&K, &mut V) -> bool,
    {
        let at = At::here(&Op("HashMap::retain"));
        self.contract.change(&at);
        self.base.retain(|key, tracked| {
            // `f` may have synchronised with others since the last key.
            self.contract.change(&at);
            tracked.past.passed(&at);
            f(key, tracked.value_mut())
        });
    }

    /// Drops all keys and values and keeps the memory.
    #[inline]
    #[track_caller]
    pub fn clear(&mut self) {
        self.contract.change(&At::here(&Op("HashMap::clear")));
        self.base.clear();
    }

    /// What hashes the keys.
    #[inline]
    pub fn hasher(&self) -> &S {
        self.base.hasher()
    }

    /// The table of a map that is consumed.
    #[inline]
    pub(super) fn into_base(self, at: &At) -> real::HashMap<K, Tracked<V>, S> {
        self.contract.consume(at);
        self.base
    }

    /// The iterator that an operation at `at` walks with.
    #[inline]
    pub(super) fn visit(&self, at: &At) -> Iter<'_, K, V> {
        let traversal = Traversal::begin(&self.contract, at);
        Iter {
            base: self.base.iter(),
            traversal,
        }
    }

    /// Whether one more key makes the table grow.
    #[inline]
    fn is_full(&self) -> bool {
        self.base.len() == self.base.capacity()
    }
}

impl<K, V, S> HashMap<K, V, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    /// Makes room for `additional` more keys.
    ///
    /// # Panics
    ///
    /// Where the new size overflows `usize`.
    #[inline]
    #[track_caller]
    pub fn reserve(&mut self, additional: usize) {
        self.contract.rebuild(&At::here(&Op("HashMap::reserve")));
        self.base.reserve(additional);
    }

    /// Makes room for `additional` more keys.
    ///
    /// # Errors
    ///
    /// Where the new size overflows or the allocator has no memory.
    #[inline]
    #[track_caller]
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.contract
            .rebuild(&At::here(&Op("HashMap::try_reserve")));
        self.base.try_reserve(additional)
    }

    /// Gives back what memory it can.
    #[inline]
    #[track_caller]
    pub fn shrink_to_fit(&mut self) {
        self.contract
            .rebuild(&At::here(&Op("HashMap::shrink_to_fit")));
        self.base.shrink_to_fit();
    }

    /// Gives back what memory it can, but keeps room for `min_capacity` keys.
    #[inline]
    #[track_caller]
    pub fn shrink_to(&mut self, min_capacity: usize) {
        self.contract.rebuild(&At::here(&Op("HashMap::shrink_to")));
        self.base.shrink_to(min_capacity);
    }

    /// The place of `key` in the map, taken or free, to be worked on.
    #[inline]
    #[track_caller]
    pub fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        let at = At::here(&Op("HashMap::entry"));
        self.contract.look(&at);
        let full = self.is_full();
        let contract = &self.contract;
        let hash = Histories::hash(|| self.base.hasher().hash_one(&key));
        match self.base.entry(key) {
            real::Entry::Occupied(base) => Entry::Occupied(OccupiedEntry {
                base,
                contract,
                hash,
            }),
            real::Entry::Vacant(base) => {
                if full {
                    // std has made room already.
                    contract.rebuild(&at);
                }
                Entry::Vacant(VacantEntry {
                    base,
                    contract,
                    hash,
                })
            }
        }
    }

    /// The value of `k`.
    #[inline]
    #[track_caller]
    pub fn get<Q>(&self, k: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        self.get_at(k, &At::here(&Op("HashMap::get")))
    }

    /// The key of the map that equals `k`, with its value.
    #[inline]
    #[track_caller]
    pub fn get_key_value<Q>(&self, k: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        let at = At::here(&Op("HashMap::get_key_value"));
        self.contract.look(&at);
        let found = self.base.get_key_value(k);
        let found = self.seen(k, found, |(_, tracked)| tracked, What::Value, &at);
        found.map(|(key, tracked)| (key, tracked.read(&at)))
    }

    /// The values of several keys at once, to be written.
    ///
    /// # Panics
    ///
    /// Where two of the keys are equal.
    #[inline]
    #[track_caller]
    pub fn get_disjoint_mut<Q, const N: usize>(&mut self, ks: [&Q; N]) -> [Option<&'_ mut V>; N]
    where
        K: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        let at = At::here(&Op("HashMap::get_disjoint_mut"));
        self.contract.look(&at);
        self.base
            .get_disjoint_mut(ks)
            .map(|found| found.map(|tracked| tracked.pass_mut(&at)))
    }

    /// The values of several keys at once, to be written; whether two are equal is not looked at.
    ///
    /// # Safety
    ///
    /// No two of the keys are equal.
    #[inline]
    #[track_caller]
    pub unsafe fn get_disjoint_unchecked_mut<Q, const N: usize>(
        &mut self,
        ks: [&Q; N],
    ) -> [Option<&'_ mut V>; N]
    where
        K: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        let at = At::here(&Op("HashMap::get_disjoint_unchecked_mut"));
        self.contract.look(&at);
        // SAFETY: the caller promises that no two of `ks` are equal.
        let found = unsafe { self.base.get_disjoint_unchecked_mut(ks) };
        found.map(|found| found.map(|tracked| tracked.pass_mut(&at)))
    }

    /// Whether the map has a key that equals `k`.
    #[inline]
    #[track_caller]
    pub fn contains_key<Q>(&self, k: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        let at = At::here(&Op("HashMap::contains_key"));
        self.contract.look(&at);
        let found = self.seen(k, self.base.get(k), |tracked| tracked, What::Presence, &at);
        found.map(|tracked| tracked.read(&at)).is_some()
    }

    /// The value of `k`, to be written.
    #[inline]
    #[track_caller]
    pub fn get_mut<Q>(&mut self, k: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        let at = At::here(&Op("HashMap::get_mut"));
        self.contract.look(&at);
        let hash = Histories::hash(|| self.base.hasher().hash_one(k));
        let tracked = self.base.get_mut(k)?;
        // What the caller makes of it is not seen.
        let (histories, unknown) = (&self.contract.histories, Value::UNKNOWN);
        histories.written(&tracked.past, || hash, unknown, How::Whole, &at);
        Some(tracked.write(&at))
    }

    /// Gives `k` the value `v` and returns the value it had. A key that was there stays and `k` is
    /// dropped.
    #[inline]
    #[track_caller]
    pub fn insert(&mut self, k: K, v: V) -> Option<V> {
        self.insert_at(k, v, &At::here(&Op("HashMap::insert")))
    }

    /// Takes `k` out of the map and returns its value.
    #[inline]
    #[track_caller]
    pub fn remove<Q>(&mut self, k: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        let at = At::here(&Op("HashMap::remove"));
        if self.will_remove(k, &at) {
            let mut tracked = self.base.remove(k)?;
            self.leave(k, &mut tracked, &at);
            Some(tracked.into_value())
        } else {
            None
        }
    }

    /// Takes `k` out of the map and returns the map's key and its value.
    #[inline]
    #[track_caller]
    pub fn remove_entry<Q>(&mut self, k: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        let at = At::here(&Op("HashMap::remove_entry"));
        if !self.will_remove(k, &at) {
            return None;
        }
        let (key, mut tracked) = self.base.remove_entry(k)?;
        self.leave(k, &mut tracked, &at);
        Some((key, tracked.into_value()))
    }

    /// Keeps the history of a key that was removed.
    #[inline]
    fn leave<Q: ?Sized + Hash>(&self, k: &Q, tracked: &mut Tracked<V>, at: &At) {
        let hash = || self.base.hasher().hash_one(k);
        let histories = &self.contract.histories;
        histories.removed(&mut tracked.past, hash, How::Blind, at);
    }

    /// Whether `k` is there to be removed, in which case the removal is checked now, while the
    /// table is whole.
    #[inline]
    fn will_remove<Q>(&self, k: &Q, at: &At) -> bool
    where
        K: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        self.contract.look(at);
        let present = self.base.contains_key(k);
        if present {
            self.contract.change(at);
        }
        present
    }

    #[inline]
    pub(super) fn get_at<Q>(&self, k: &Q, at: &At) -> Option<&V>
    where
        K: Borrow<Q>,
        Q: ?Sized + Hash + Eq,
    {
        self.contract.look(at);
        let found = self.seen(k, self.base.get(k), |tracked| tracked, What::Value, at);
        found.map(|tracked| tracked.read(at))
    }

    /// Tells the key's history that it was found, or not.
    #[inline]
    fn seen<'a, Q, T>(
        &'a self,
        k: &Q,
        found: Option<T>,
        tracked: impl FnOnce(&T) -> &'a Tracked<V>,
        what: What,
        at: &At,
    ) -> Option<T>
    where
        V: 'a,
        Q: ?Sized + Hash,
    {
        let hash = || self.base.hasher().hash_one(k);
        let histories = &self.contract.histories;
        match &found {
            Some(found) => histories.found(tracked(found), hash, what, at),
            None => histories.missed(hash, at),
        }
        found
    }

    #[inline]
    pub(super) fn insert_at(&mut self, k: K, v: V, at: &At) -> Option<V> {
        self.contract.look(at);
        if self.is_full() {
            // std's `insert` makes room before it looks whether the key is there; `entry`, by
            // which the key's shadow is kept, only when it is not.
            self.contract.rebuild(at);
            self.base.reserve(1);
        }
        let new = value::of(&v);
        let hash = Histories::hash(|| self.base.hasher().hash_one(&k));
        let hash = || hash;
        let histories = &self.contract.histories;
        match self.base.entry(k) {
            real::Entry::Occupied(mut entry) => {
                let tracked = entry.get_mut();
                histories.written(&tracked.past, hash, new, How::Blind, at);
                Some(mem::replace(tracked.write(at), v))
            }
            real::Entry::Vacant(entry) => {
                self.contract.change(at);
                let tracked = Tracked::resumed(v, histories.resume(hash));
                histories.written(&tracked.past, hash, new, How::Blind, at);
                entry.insert(tracked);
                None
            }
        }
    }
}
