//! [`ReadOnlyView`].

use super::DashMap;
use super::edges::Edges;
use super::map::Ask;
use super::shard;
use super::tracked::Tracked;
use crate::engine::{At, Op, Resource, waits};
use ::dashmap as upstream;
use std::borrow::Borrow;
use std::fmt;
use std::hash::{BuildHasher, Hash, RandomState};
use std::ptr;

/// A map that nobody can write: it lends plain references and takes no lock.
///
/// Whoever made the view had the map to itself. A lookup orders all the same what came before the
/// last write of the key it sees, for programs that hand the view over unseen by the engine.
pub struct ReadOnlyView<K, V, S = RandomState> {
    inner: upstream::ReadOnlyView<K, Tracked<V>, S>,
    edges: Edges,
    ask: Ask<DashMap<K, V, S>>,
}

impl<K: Eq + Hash + Clone, V: Clone, S: Clone> Clone for ReadOnlyView<K, V, S> {
    #[track_caller]
    #[inline]
    fn clone(&self) -> Self {
        let at = At::here(&Op("ReadOnlyView::clone"));
        let inner = self.inner.clone();
        self.edges.size.acquire(&at);
        ReadOnlyView {
            inner,
            edges: Edges::default(),
            ask: self.ask,
        }
    }
}

impl<K: Eq + Hash + fmt::Debug, V: fmt::Debug, S: BuildHasher + Clone> fmt::Debug
    for ReadOnlyView<K, V, S>
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K, V, S> ReadOnlyView<K, V, S> {
    /// The map again.
    #[track_caller]
    #[inline]
    pub fn into_inner(self) -> DashMap<K, V, S> {
        DashMap {
            inner: self.inner.into_inner(),
            edges: self.edges,
            ask: self.ask,
        }
    }
}

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone> ReadOnlyView<K, V, S> {
    #[inline]
    pub(super) fn new(map: DashMap<K, V, S>) -> Self {
        ReadOnlyView {
            inner: map.inner.into_read_only(),
            edges: map.edges,
            ask: map.ask,
        }
    }

    /// What dashmap counts under locks is asked for here: a guard that was forgotten holds one still.
    #[inline]
    #[track_caller]
    fn ask(&self, at: &At) {
        let shards = self.inner.shards().iter().enumerate();
        for (number, lock) in shards.filter(|_| waits::holds_any()) {
            let shard = Resource {
                address: ptr::from_ref(lock).addr(),
                name: self.edges.id.shard(number),
            };
            drop(shard::read(lock, shard, at));
        }
        self.edges.size.acquire(at);
    }

    /// The number of entries.
    #[track_caller]
    #[inline]
    pub fn len(&self) -> usize {
        self.ask(&At::here(&Op("ReadOnlyView::len")));
        self.inner.len()
    }

    /// Whether there is no entry.
    #[track_caller]
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.ask(&At::here(&Op("ReadOnlyView::is_empty")));
        self.inner.is_empty()
    }

    /// The number of entries that fit without growing.
    #[track_caller]
    #[inline]
    pub fn capacity(&self) -> usize {
        self.ask(&At::here(&Op("ReadOnlyView::capacity")));
        self.inner.capacity()
    }

    /// Whether the key is there.
    #[track_caller]
    #[inline]
    pub fn contains_key<Q>(&'a self, key: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.find(key, &At::here(&Op("ReadOnlyView::contains_key")))
            .is_some()
    }

    /// A key's value, if it is there.
    #[track_caller]
    #[inline]
    pub fn get<Q>(&'a self, key: &Q) -> Option<&'a V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.find(key, &At::here(&Op("ReadOnlyView::get")))
            .map(|(_, value)| value)
    }

    /// The key as it is in the map, and its value, if it is there.
    #[track_caller]
    #[inline]
    pub fn get_key_value<Q>(&'a self, key: &Q) -> Option<(&'a K, &'a V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.find(key, &At::here(&Op("ReadOnlyView::get_key_value")))
    }

    #[inline]
    fn find<Q>(&'a self, key: &Q, at: &At) -> Option<(&'a K, &'a V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let (key, tracked) = self.inner.get_key_value(key)?;
        Some((key, tracked.seen(at)))
    }

    /// An iterator over keys and values.
    #[track_caller]
    #[inline]
    pub fn iter(&'a self) -> impl Iterator<Item = (&'a K, &'a V)> + 'a {
        let at = At::here(&Op("ReadOnlyView::iter"));
        self.inner
            .iter()
            .map(move |(key, tracked)| (key, tracked.seen(&at)))
    }

    /// An iterator over keys.
    #[track_caller]
    #[inline]
    pub fn keys(&'a self) -> impl Iterator<Item = &'a K> + 'a {
        let at = At::here(&Op("ReadOnlyView::keys"));
        self.inner.iter().map(move |(key, tracked)| {
            tracked.seen(&at);
            key
        })
    }

    /// An iterator over values.
    #[track_caller]
    #[inline]
    pub fn values(&'a self) -> impl Iterator<Item = &'a V> + 'a {
        let at = At::here(&Op("ReadOnlyView::values"));
        self.inner.iter().map(move |(_, tracked)| tracked.seen(&at))
    }
}
