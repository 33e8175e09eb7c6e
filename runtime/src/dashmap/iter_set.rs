//! Iterators over a [`DashSet`](super::DashSet).

use super::setref::multiple::RefMulti;
use super::t::Map;
use std::hash::{BuildHasher, Hash};

/// An iterator over the keys of a set that it owns.
pub struct OwningIter<K, S> {
    inner: super::iter::OwningIter<K, (), S>,
}

impl<K: Eq + Hash, S: BuildHasher + Clone> OwningIter<K, S> {
    #[inline]
    pub(super) fn new(inner: super::iter::OwningIter<K, (), S>) -> Self {
        OwningIter { inner }
    }
}

impl<K: Eq + Hash, S: BuildHasher + Clone> Iterator for OwningIter<K, S> {
    type Item = K;

    #[track_caller]
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.inner.next().map(|(key, ())| key)
    }
}

/// An iterator over shared references to a set's keys.
pub struct Iter<'a, K, S, M> {
    inner: super::iter::Iter<'a, K, (), S, M>,
}

impl<'a, K: Eq + Hash, S: 'a + BuildHasher + Clone, M: Map<'a, K, (), S>> Iter<'a, K, S, M> {
    #[inline]
    pub(super) fn new(inner: super::iter::Iter<'a, K, (), S, M>) -> Self {
        Iter { inner }
    }
}

impl<'a, K: Eq + Hash, S: 'a + BuildHasher + Clone, M: Map<'a, K, (), S>> Iterator
    for Iter<'a, K, S, M>
{
    type Item = RefMulti<'a, K>;

    #[track_caller]
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.inner.next().map(RefMulti::new)
    }
}
