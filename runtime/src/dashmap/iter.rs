//! Iterators over a [`DashMap`].
//!
//! Written out, where the rest of the mirror goes through dashmap's own: a shard is locked in the middle of
//! a `next`, while the one before is still held, and that is where an iterator deadlocks.
//!
//! An item holds its key for as long as it lives. An iterator that has run to its end has learnt
//! the size of the map.

use super::DashMap;
use super::edges::Edges;
use super::hold::Origin;
use super::mapref::multiple::{RefMulti, RefMutMulti};
use super::shard::Locked;
use super::t::Map;
use super::tracked::Tracked;
use crate::engine::{At, Mode, Walk, Walks};
use crate::value;
use ::dashmap as upstream;
use std::hash::{BuildHasher, Hash, RandomState};
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::Arc;

/// An iterator over the entries of a map that it owns.
pub struct OwningIter<K, V, S = RandomState> {
    inner: upstream::iter::OwningIter<K, Tracked<V>, S>,
    origin: Origin,
}

impl<K: Eq + Hash, V, S: BuildHasher + Clone> OwningIter<K, V, S> {
    #[inline]
    #[track_caller]
    pub(super) fn new(map: DashMap<K, V, S>, at: &At) -> Self {
        map.ask_for_all(Mode::Exclusive, at);
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

/// Where the value is. dashmap's cell lends no pointer, but is the value and nothing else.
#[inline]
fn cell_of<T>(cell: &upstream::SharedValue<T>) -> NonNull<T> {
    NonNull::from(cell).cast()
}

/// An entry that an iterator met: its shard, its key and its value.
type Met<'a, K, V> = (Arc<Locked<'a>>, NonNull<K>, NonNull<Tracked<V>>);

/// Where an iterator is.
struct Cursor<'a> {
    /// The next shard.
    shard: usize,
    /// The one it is in, kept locked until the next one is: so does dashmap.
    current: Option<Arc<Locked<'a>>>,
    /// The next bucket in it.
    bucket: usize,
    /// When it came where.
    walk: Walk,
    walks: &'a Walks,
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        self.walks.end(&mut self.walk);
    }
}

impl<'a> Cursor<'a> {
    fn new(edges: &'a Edges) -> Self {
        Cursor {
            shard: 0,
            current: None,
            bucket: 0,
            walk: Walk::default(),
            walks: &edges.walks,
        }
    }

    /// The next entry, and its shard, which is locked in that mode.
    #[inline]
    #[track_caller]
    fn next<K: Eq + Hash, V, S: BuildHasher + Clone>(
        &mut self,
        map: &'a DashMap<K, V, S>,
        mode: Mode,
        at: &At,
    ) -> Option<Met<'a, K, V>> {
        let shards = map.inner.shards();
        loop {
            if let Some(locked) = &self.current {
                // SAFETY: locked, so that the table stays as it is.
                let table = unsafe { &*shards[self.shard - 1].data_ptr() };
                while self.bucket < table.buckets() {
                    let index = self.bucket;
                    self.bucket += 1;
                    // SAFETY: the index is in bounds, and the bucket is full when it is looked at.
                    unsafe {
                        if table.is_bucket_full(index) {
                            let (key, value) = table.bucket(index).as_ref();
                            let (key, value) = (NonNull::from(key), cell_of(value));
                            self.walk.meet(|| value::named(&value.as_ref().value));
                            return Some((Arc::clone(locked), key, value));
                        }
                    }
                }
            }
            let Some(lock) = shards.get(self.shard) else {
                self.walks.end(&mut self.walk);
                return None;
            };
            let shard = map.shard(self.shard);
            self.current = Some(Arc::new(Locked::take(lock, shard, mode, at)));
            self.walks.pass(&mut self.walk, shard, at);
            self.shard += 1;
            self.bucket = 0;
        }
    }
}

/// An iterator over shared references to a map's entries.
pub struct Iter<'a, K, V, S = RandomState, M = DashMap<K, V, S>> {
    map: &'a DashMap<K, V, S>,
    cursor: Cursor<'a>,
    origin: Origin,
    // The items do not depend on the type of the map, nor does the iterator's `Send`.
    of: PhantomData<fn() -> &'a M>,
}

// SAFETY: under the bounds by which dashmap's own iterator is `Send`.
unsafe impl<'a, K, V, S, M> Send for Iter<'_, K, V, S, M>
where
    K: 'a + Eq + Hash + Send,
    V: 'a + Send,
    S: 'a + BuildHasher + Clone,
    M: Map<'a, K, V, S>,
{
}
// SAFETY: as above.
unsafe impl<'a, K, V, S, M> Sync for Iter<'_, K, V, S, M>
where
    K: 'a + Eq + Hash + Sync,
    V: 'a + Sync,
    S: 'a + BuildHasher + Clone,
    M: Map<'a, K, V, S>,
{
}

impl<K: Clone + Hash + Eq, V: Clone, S: Clone + BuildHasher> Clone for Iter<'_, K, V, S> {
    /// An iterator over the same map, from the start.
    #[track_caller]
    #[inline]
    fn clone(&self) -> Self {
        Iter {
            map: self.map,
            cursor: Cursor::new(&self.map.edges),
            origin: self.origin.clone(),
            of: PhantomData,
        }
    }
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone> Iter<'a, K, V, S> {
    #[inline]
    pub(super) fn new(map: &'a DashMap<K, V, S>, at: &At) -> Self {
        Iter {
            map,
            cursor: Cursor::new(&map.edges),
            origin: Origin::new(at),
            of: PhantomData,
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
        let at = self.origin.at();
        let Some((shard, key, tracked)) = self.cursor.next(self.map, Mode::Shared, at) else {
            self.map.edges.size.acquire(at);
            return None;
        };
        // SAFETY: the shard's lock keeps both in place, and from being written.
        let (key, tracked) = unsafe { (key.as_ref(), tracked.as_ref()) };
        Some(RefMulti::new(shard, key, tracked, at))
    }
}

/// An iterator over mutable references to a map's entries.
pub struct IterMut<'a, K, V, S = RandomState, M = DashMap<K, V, S>> {
    map: &'a DashMap<K, V, S>,
    cursor: Cursor<'a>,
    origin: Origin,
    // As in `Iter`.
    of: PhantomData<fn() -> &'a M>,
}

// SAFETY: under the bounds by which dashmap's own iterator is `Send`.
unsafe impl<'a, K, V, S, M> Send for IterMut<'_, K, V, S, M>
where
    K: 'a + Eq + Hash + Send,
    V: 'a + Send,
    S: 'a + BuildHasher + Clone,
    M: Map<'a, K, V, S>,
{
}
// SAFETY: as above.
unsafe impl<'a, K, V, S, M> Sync for IterMut<'_, K, V, S, M>
where
    K: 'a + Eq + Hash + Sync,
    V: 'a + Sync,
    S: 'a + BuildHasher + Clone,
    M: Map<'a, K, V, S>,
{
}

impl<'a, K: Eq + Hash, V, S: BuildHasher + Clone> IterMut<'a, K, V, S> {
    #[inline]
    pub(super) fn new(map: &'a DashMap<K, V, S>, at: &At) -> Self {
        IterMut {
            map,
            cursor: Cursor::new(&map.edges),
            origin: Origin::new(at),
            of: PhantomData,
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
        let at = self.origin.at();
        let Some((shard, key, mut tracked)) = self.cursor.next(self.map, Mode::Exclusive, at)
        else {
            self.map.edges.size.acquire(at);
            return None;
        };
        // SAFETY: the shard's lock keeps both in place and to this iterator, which yields each once.
        let (key, tracked) = unsafe { (key.as_ref(), tracked.as_mut()) };
        Some(RefMutMulti::new(shard, key, tracked, at))
    }
}
