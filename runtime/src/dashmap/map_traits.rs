//! The traits of [`DashMap`]: operators, conversions, and [`Map`] itself.

use super::edges::Edges;
use super::iter::{Iter, IterMut, OwningIter};
use super::mapref::entry::Entry;
use super::mapref::multiple::RefMulti;
use super::mapref::one::{Ref, RefMut};
use super::try_result::TryResult;
use super::{DashMap, Map};
use crate::engine::{At, How, Mode, Op};
use ::dashmap as upstream;
use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::ops::{BitAnd, BitOr, Shl, Shr, Sub};

impl<K: Eq + Hash + Clone, V: Clone, S: Clone> Clone for DashMap<K, V, S> {
    #[track_caller]
    #[inline]
    fn clone(&self) -> Self {
        let at = At::here(&Op("DashMap::clone"));
        (self.ask)(self, Mode::Shared, &at);
        let clone = DashMap {
            inner: self.inner.clone(),
            edges: Edges::default(),
            ask: self.ask,
        };
        self.edges.size.acquire(&at);
        clone
    }
}

impl<K, V, S> Default for DashMap<K, V, S>
where
    K: Eq + Hash,
    S: Default + BuildHasher + Clone,
{
    #[track_caller]
    #[inline]
    fn default() -> Self {
        Self::over(upstream::DashMap::default())
    }
}

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug, S: BuildHasher + Clone> fmt::Debug
    for DashMap<K, V, S>
{
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for item in self {
            let (key, value) = item.pair();
            map.entry(key, value);
        }
        map.finish()
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone> Shl<(K, V)> for &'a DashMap<K, V, S> {
    type Output = Option<V>;

    /// As [`insert`](DashMap::insert).
    #[track_caller]
    #[inline]
    fn shl(self, (key, value): (K, V)) -> Self::Output {
        self.insert_at(key, value, &At::here(&Op("DashMap <<")))
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone, Q> Shr<&Q> for &'a DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = Ref<'a, K, V>;

    /// As [`get`](DashMap::get), but panics when the key is not there.
    #[track_caller]
    #[inline]
    fn shr(self, key: &Q) -> Self::Output {
        self.get_at(key, &At::here(&Op("DashMap >>"))).unwrap()
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone, Q> BitOr<&Q> for &'a DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = RefMut<'a, K, V>;

    /// As [`get_mut`](DashMap::get_mut), but panics when the key is not there.
    #[track_caller]
    #[inline]
    fn bitor(self, key: &Q) -> Self::Output {
        self.get_mut_at(key, &At::here(&Op("DashMap |"))).unwrap()
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone, Q> Sub<&Q> for &'a DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = Option<(K, V)>;

    /// As [`remove`](DashMap::remove).
    #[track_caller]
    #[inline]
    fn sub(self, key: &Q) -> Self::Output {
        self.remove_at(key, How::Blind, &At::here(&Op("DashMap -")), |_, _| true)
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone, Q> BitAnd<&Q> for &'a DashMap<K, V, S>
where
    K: Borrow<Q>,
    Q: Hash + Eq + ?Sized,
{
    type Output = bool;

    /// As [`contains_key`](DashMap::contains_key).
    #[track_caller]
    #[inline]
    fn bitand(self, key: &Q) -> Self::Output {
        self.get_at(key, &At::here(&Op("DashMap &"))).is_some()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> IntoIterator for DashMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = OwningIter<K, V, S>;

    #[track_caller]
    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        OwningIter::new(self, &At::here(&Op("DashMap::into_iter")))
    }
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone> IntoIterator for &'a DashMap<K, V, S> {
    type Item = RefMulti<'a, K, V>;
    type IntoIter = Iter<'a, K, V, S, DashMap<K, V, S>>;

    #[track_caller]
    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> Extend<(K, V)> for DashMap<K, V, S> {
    #[track_caller]
    #[inline]
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        for (key, value) in pairs {
            self.insert_at(key, value, &At::here(&Op("DashMap::extend")));
        }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone + Default> FromIterator<(K, V)> for DashMap<K, V, S> {
    #[track_caller]
    #[inline]
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = DashMap::default();
        map.extend(pairs);
        map
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: 'a + BuildHasher + Clone> Map<'a, K, V, S>
    for DashMap<K, V, S>
{
    #[track_caller]
    #[inline]
    fn _shard_count(&self) -> usize {
        upstream::Map::_shard_count(&self.inner)
    }

    #[track_caller]
    #[inline]
    fn _insert(&self, key: K, value: V) -> Option<V> {
        self.insert(key, value)
    }

    #[track_caller]
    #[inline]
    fn _remove<Q>(&self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.remove(key)
    }

    #[track_caller]
    #[inline]
    fn _remove_if<Q>(&self, key: &Q, f: impl FnOnce(&K, &V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.remove_if(key, f)
    }

    #[track_caller]
    #[inline]
    fn _remove_if_mut<Q>(&self, key: &Q, f: impl FnOnce(&K, &mut V) -> bool) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.remove_if_mut(key, f)
    }

    #[track_caller]
    #[inline]
    fn _iter(&'a self) -> Iter<'a, K, V, S, DashMap<K, V, S>> {
        self.iter()
    }

    #[track_caller]
    #[inline]
    fn _iter_mut(&'a self) -> IterMut<'a, K, V, S, DashMap<K, V, S>> {
        self.iter_mut()
    }

    #[track_caller]
    #[inline]
    fn _get<Q>(&'a self, key: &Q) -> Option<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.get(key)
    }

    #[track_caller]
    #[inline]
    fn _get_mut<Q>(&'a self, key: &Q) -> Option<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.get_mut(key)
    }

    #[track_caller]
    #[inline]
    fn _try_get<Q>(&'a self, key: &Q) -> TryResult<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.try_get(key)
    }

    #[track_caller]
    #[inline]
    fn _try_get_mut<Q>(&'a self, key: &Q) -> TryResult<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.try_get_mut(key)
    }

    #[track_caller]
    #[inline]
    fn _shrink_to_fit(&self) {
        self.shrink_to_fit()
    }

    #[track_caller]
    #[inline]
    fn _retain(&self, f: impl FnMut(&K, &mut V) -> bool) {
        self.retain(f)
    }

    #[track_caller]
    #[inline]
    fn _len(&self) -> usize {
        self.len()
    }

    #[track_caller]
    #[inline]
    fn _capacity(&self) -> usize {
        self.capacity()
    }

    #[track_caller]
    #[inline]
    fn _alter<Q>(&self, key: &Q, f: impl FnOnce(&K, V) -> V)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.alter(key, f)
    }

    #[track_caller]
    #[inline]
    fn _alter_all(&self, f: impl FnMut(&K, V) -> V) {
        self.alter_all(f)
    }

    #[track_caller]
    #[inline]
    fn _view<Q, R>(&self, key: &Q, f: impl FnOnce(&K, &V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.view(key, f)
    }

    #[track_caller]
    #[inline]
    fn _entry(&'a self, key: K) -> Entry<'a, K, V> {
        self.entry(key)
    }

    #[track_caller]
    #[inline]
    fn _try_entry(&'a self, key: K) -> Option<Entry<'a, K, V>> {
        self.try_entry(key)
    }

    #[track_caller]
    #[inline]
    fn _hasher(&self) -> S {
        self.hasher().clone()
    }
}
