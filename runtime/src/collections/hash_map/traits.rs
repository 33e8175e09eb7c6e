//! The traits that std implements for its map.

use super::{HashMap, IntoIter, Iter, IterMut};
use crate::engine::{At, Op};
use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::ops::Index;

impl<K: Clone, V: Clone, S: Clone> Clone for HashMap<K, V, S> {
    #[inline]
    #[track_caller]
    fn clone(&self) -> Self {
        let at = At::here(&Op("HashMap::clone"));
        self.read_all(&at);
        let copy = HashMap::from_base(self.base.clone());
        copy.contract.change(&at);
        copy
    }

    #[inline]
    #[track_caller]
    fn clone_from(&mut self, source: &Self) {
        let at = At::here(&Op("HashMap::clone_from"));
        source.read_all(&at);
        self.contract.change(&at);
        self.base.clone_from(&source.base);
    }
}

impl<K, V, S> HashMap<K, V, S> {
    /// Checks a read of everything.
    fn read_all(&self, at: &At) {
        self.contract.measure(at);
        self.base.values().for_each(|tracked| _ = tracked.pass(at));
    }
}

impl<K, V, S> PartialEq for HashMap<K, V, S>
where
    K: Eq + Hash,
    V: PartialEq,
    S: BuildHasher,
{
    #[track_caller]
    fn eq(&self, other: &HashMap<K, V, S>) -> bool {
        let at = At::here(&Op("HashMap::eq"));
        self.contract.measure(&at);
        other.contract.measure(&at);
        self.base.len() == other.base.len()
            && self
                .visit(&at)
                .all(|(k, v)| other.get_at(k, &at).is_some_and(|w| *v == *w))
    }
}

impl<K, V, S> Eq for HashMap<K, V, S>
where
    K: Eq + Hash,
    V: Eq,
    S: BuildHasher,
{
}

impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug for HashMap<K, V, S> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.visit(&At::here(&Op("HashMap::fmt"))))
            .finish()
    }
}

impl<K, V, S: Default> Default for HashMap<K, V, S> {
    /// An empty map that has not allocated.
    #[inline]
    fn default() -> Self {
        HashMap::with_hasher(S::default())
    }
}

impl<K, Q, V, S> Index<&Q> for HashMap<K, V, S>
where
    K: Eq + Hash + Borrow<Q>,
    Q: ?Sized + Eq + Hash,
    S: BuildHasher,
{
    type Output = V;

    /// The value of `key`.
    ///
    /// # Panics
    ///
    /// Where the map has no such key.
    #[inline]
    #[track_caller]
    fn index(&self, key: &Q) -> &V {
        self.get_at(key, &At::here(&Op("HashMap::index")))
            .expect("no entry found for key")
    }
}

impl<K: Eq + Hash, V, const N: usize> From<[(K, V); N]> for HashMap<K, V, RandomState> {
    /// The pairs of `arr`; of equal keys the last value stays.
    #[track_caller]
    fn from(arr: [(K, V); N]) -> Self {
        Self::from_iter(arr)
    }
}

impl<K, V, S> FromIterator<(K, V)> for HashMap<K, V, S>
where
    K: Eq + Hash,
    S: BuildHasher + Default,
{
    #[track_caller]
    fn from_iter<T: IntoIterator<Item = (K, V)>>(iter: T) -> Self {
        let mut map = HashMap::with_hasher(S::default());
        map.extend_at(iter, &At::here(&Op("HashMap::from_iter")));
        map
    }
}

impl<K, V, S> Extend<(K, V)> for HashMap<K, V, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    #[inline]
    #[track_caller]
    fn extend<T: IntoIterator<Item = (K, V)>>(&mut self, iter: T) {
        self.extend_at(iter, &At::here(&Op("HashMap::extend")));
    }
}

impl<'a, K, V, S> Extend<(&'a K, &'a V)> for HashMap<K, V, S>
where
    K: Eq + Hash + Copy,
    V: Copy,
    S: BuildHasher,
{
    #[inline]
    #[track_caller]
    fn extend<T: IntoIterator<Item = (&'a K, &'a V)>>(&mut self, iter: T) {
        let pairs = iter.into_iter().map(|(key, value)| (*key, *value));
        self.extend_at(pairs, &At::here(&Op("HashMap::extend")));
    }
}

impl<K, V, S> HashMap<K, V, S>
where
    K: Eq + Hash,
    S: BuildHasher,
{
    /// std's `extend`, with its guess at how many of the keys are new.
    fn extend_at<T: IntoIterator<Item = (K, V)>>(&mut self, iter: T, at: &At) {
        let iter = iter.into_iter();
        self.contract.change(at);
        let (lower, _) = iter.size_hint();
        self.base.reserve(if self.base.is_empty() {
            lower
        } else {
            lower.div_ceil(2)
        });
        iter.for_each(|(key, value)| _ = self.insert_at(key, value, at));
    }
}

impl<'a, K, V, S> IntoIterator for &'a HashMap<K, V, S> {
    type Item = (&'a K, &'a V);
    type IntoIter = Iter<'a, K, V>;

    #[inline]
    #[track_caller]
    fn into_iter(self) -> Iter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K, V, S> IntoIterator for &'a mut HashMap<K, V, S> {
    type Item = (&'a K, &'a mut V);
    type IntoIter = IterMut<'a, K, V>;

    #[inline]
    #[track_caller]
    fn into_iter(self) -> IterMut<'a, K, V> {
        self.iter_mut()
    }
}

impl<K, V, S> IntoIterator for HashMap<K, V, S> {
    type Item = (K, V);
    type IntoIter = IntoIter<K, V>;

    #[inline]
    #[track_caller]
    fn into_iter(self) -> IntoIter<K, V> {
        IntoIter {
            base: self
                .into_base(&At::here(&Op("HashMap::into_iter")))
                .into_iter(),
        }
    }
}
