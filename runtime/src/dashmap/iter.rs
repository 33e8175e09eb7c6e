//! Iterators over a [`DashMap`].
//!
//! An item holds its key for as long as it lives. An iterator that has run to its end has learnt
//! the size of the map.

use super::DashMap;
use super::edges::Edges;
use super::hold::Origin;
use super::mapref::multiple::{RefMulti, RefMutMulti};
use super::t::Map;
use super::tracked::Tracked;
use crate::engine::At;
use ::dashmap as upstream;
use std::hash::{BuildHasher, Hash, RandomState};
use std::marker::PhantomData;

/// An iterator over the entries of a map that it owns.
pub struct OwningIter<K, V, S = RandomState> {
    inner: upstream::iter::OwningIter<K, Tracked<V>, S>,
    origin: Origin,
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> OwningIter<K, V, S> {
    #[inline]
    pub(super) fn new(map: DashMap<K, V, S>, at: &At) -> Self {
        OwningIter {
            inner: map.inner.into_iter(),
            origin: Origin::new(at),
        }
    }
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> Iterator for OwningIter<K, V, S> {
    type Item = (K, V);

    #[track_caller]
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (key, tracked) = self.inner.next()?;
        Some((key, tracked.into_seen(self.origin.at())))
    }
}

/// An iterator over shared references to a map's entries.
pub struct Iter<'a, K, V, S = RandomState, M = DashMap<K, V, S>> {
    inner: upstream::iter::Iter<'a, K, Tracked<V>, S>,
    edges: &'a Edges,
    origin: Origin,
    // The items do not depend on the type of the map, nor does the iterator's `Send`.
    map: PhantomData<fn() -> &'a M>,
}

impl<K: Clone + Hash + Eq, V: Clone, S: Clone + BuildHasher> Clone for Iter<'_, K, V, S> {
    /// An iterator over the same map, from the start.
    #[track_caller]
    #[inline]
    fn clone(&self) -> Self {
        Iter {
            inner: self.inner.clone(),
            edges: self.edges,
            origin: self.origin.clone(),
            map: PhantomData,
        }
    }
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone> Iter<'a, K, V, S> {
    #[inline]
    pub(super) fn new(map: &'a DashMap<K, V, S>, at: &At) -> Self {
        Iter {
            inner: map.inner.iter(),
            edges: &map.edges,
            origin: Origin::new(at),
            map: PhantomData,
        }
    }
}

impl<'a, K: Eq + Hash, V, S: 'a + BuildHasher + Clone, M: Map<'a, K, V, S>> Iterator
    for Iter<'a, K, V, S, M>
{
    type Item = RefMulti<'a, K, V>;

    #[track_caller]
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let Some(guard) = self.inner.next() else {
            self.edges.size.acquire(self.origin.at());
            return None;
        };
        Some(RefMulti::new(guard, self.origin.at()))
    }
}

/// An iterator over mutable references to a map's entries.
pub struct IterMut<'a, K, V, S = RandomState, M = DashMap<K, V, S>> {
    inner: upstream::iter::IterMut<'a, K, Tracked<V>, S>,
    edges: &'a Edges,
    origin: Origin,
    // As in `Iter`.
    map: PhantomData<fn() -> &'a M>,
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone> IterMut<'a, K, V, S> {
    #[inline]
    pub(super) fn new(map: &'a DashMap<K, V, S>, at: &At) -> Self {
        IterMut {
            inner: map.inner.iter_mut(),
            edges: &map.edges,
            origin: Origin::new(at),
            map: PhantomData,
        }
    }
}

impl<'a, K: Eq + Hash, V, S: 'a + BuildHasher + Clone, M: Map<'a, K, V, S>> Iterator
    for IterMut<'a, K, V, S, M>
{
    type Item = RefMutMulti<'a, K, V>;

    #[track_caller]
    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let Some(guard) = self.inner.next() else {
            self.edges.size.acquire(self.origin.at());
            return None;
        };
        Some(RefMutMulti::new(guard, self.origin.at()))
    }
}
