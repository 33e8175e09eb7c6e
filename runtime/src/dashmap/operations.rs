//! What each operation is to memory order. The rest of the mirror only names the operations.

use super::DashMap;
use super::mapref::entry::{Entry, OccupiedEntry, VacantEntry};
use super::mapref::one::{Ref, RefMut};
use super::tracked::Tracked;
use super::try_result::TryResult;
use crate::engine::{At, How, What};
use crate::value::Value;
use ::dashmap as upstream;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone> DashMap<K, V, S> {
    #[inline]
    pub(super) fn get_at<Q>(&'a self, key: &Q, at: &At) -> Option<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(guard) = self.inner.get(key) else {
            self.missed(key, at);
            return None;
        };
        Some(Ref::new(guard, What::Value, at))
    }

    #[inline]
    pub(super) fn contains_at<Q>(&'a self, key: &Q, at: &At) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        match self.inner.get(key) {
            Some(guard) => drop(Ref::new(guard, What::Presence, at)),
            None => {
                self.missed(key, at);
                return false;
            }
        }
        true
    }

    #[inline]
    pub(super) fn get_mut_at<Q>(&'a self, key: &Q, at: &At) -> Option<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(guard) = self.inner.get_mut(key) else {
            self.missed(key, at);
            return None;
        };
        Some(RefMut::new(guard, What::Value, at))
    }

    #[inline]
    pub(super) fn try_get_at<Q>(&'a self, key: &Q, at: &At) -> TryResult<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        match self.inner.try_get(key) {
            TryResult::Present(guard) => TryResult::Present(Ref::new(guard, What::Value, at)),
            TryResult::Absent => {
                self.missed(key, at);
                TryResult::Absent
            }
            TryResult::Locked => TryResult::Locked,
        }
    }

    #[inline]
    pub(super) fn try_get_mut_at<Q>(&'a self, key: &Q, at: &At) -> TryResult<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        match self.inner.try_get_mut(key) {
            TryResult::Present(guard) => TryResult::Present(RefMut::new(guard, What::Value, at)),
            TryResult::Absent => {
                self.missed(key, at);
                TryResult::Absent
            }
            TryResult::Locked => TryResult::Locked,
        }
    }

    #[inline]
    pub(super) fn entry_at(&'a self, key: K, at: &At) -> Entry<'a, K, V> {
        self.tracked_entry(self.inner.entry(key), What::Value, at)
    }

    #[inline]
    pub(super) fn try_entry_at(&'a self, key: K, at: &At) -> Option<Entry<'a, K, V>> {
        Some(self.tracked_entry(self.inner.try_entry(key)?, What::Value, at))
    }

    #[inline]
    fn tracked_entry(
        &'a self,
        entry: upstream::Entry<'a, K, Tracked<V>>,
        what: What,
        at: &At,
    ) -> Entry<'a, K, V> {
        match entry {
            upstream::Entry::Occupied(entry) => {
                Entry::Occupied(OccupiedEntry::new(entry, &self.edges, what, at))
            }
            upstream::Entry::Vacant(entry) => {
                let hash = self.hasher().hash_one(entry.key());
                Entry::Vacant(VacantEntry::new(entry, &self.edges, hash, at))
            }
        }
    }

    #[inline]
    pub(super) fn insert_at(&self, key: K, value: V, at: &At) -> Option<V> {
        match self.tracked_entry(self.inner.entry(key), What::Nothing, at) {
            Entry::Occupied(mut entry) => Some(entry.overwrite(value, How::Blind)),
            Entry::Vacant(entry) => {
                entry.insert_at(value, How::Blind, at);
                None
            }
        }
    }

    #[inline]
    pub(super) fn remove_at<Q>(
        &self,
        key: &Q,
        how: How,
        at: &At,
        f: impl FnOnce(&K, &mut V) -> bool,
    ) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut seen = false;
        let removed = self.inner.remove_if_mut(key, |key, tracked| {
            seen = true;
            let removes = tracked.exclusively(at, |value| f(key, value));
            if removes {
                self.leave(tracked, how, at);
            }
            removes
        });
        if !seen {
            self.missed(key, at);
        }
        removed.map(|(key, tracked)| (key, tracked.value))
    }

    #[inline]
    pub(super) fn alter_at<Q>(&self, key: &Q, at: &At, f: impl FnOnce(&K, V) -> V)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let mut seen = false;
        self.inner.alter(key, |key, tracked| {
            seen = true;
            tracked.altered(at, |value| f(key, value))
        });
        if !seen {
            self.missed(key, at);
        }
    }

    #[inline]
    pub(super) fn alter_all_at(&self, at: &At, mut f: impl FnMut(&K, V) -> V) {
        self.inner
            .alter_all(|key, tracked| tracked.altered(at, |value| f(key, value)));
        self.edges.size.acquire(at);
    }

    #[inline]
    pub(super) fn retain_at(&self, at: &At, mut f: impl FnMut(&K, &mut V) -> bool) {
        self.inner.retain(|key, tracked| {
            let keeps = tracked.exclusively(at, |value| f(key, value));
            if !keeps {
                self.leave(tracked, How::Whole, at);
            }
            keeps
        });
        self.edges.size.acquire(at);
    }

    #[inline]
    pub(super) fn len_at(&self, at: &At) -> usize {
        let len = self.inner.len();
        self.edges.size.acquire(at);
        self.edges.count.read(self.edges.id, len, at);
        len
    }

    #[inline]
    pub(super) fn capacity_at(&self, at: &At) -> usize {
        let capacity = self.inner.capacity();
        self.edges.size.acquire(at);
        capacity
    }

    /// Released before the shards are locked, one after the other: an early release orders no less.
    #[inline]
    pub(super) fn shrink_to_fit_at(&self, at: &At) {
        self.edges.size.release(at);
        self.inner.shrink_to_fit();
    }

    /// The key is about to be removed; the shard is locked.
    #[inline]
    fn leave(&self, tracked: &mut Tracked<V>, how: How, at: &At) {
        tracked.key.written(Value::ABSENT, how, at);
        self.edges.removed(tracked.hash, tracked.key.leave(), at);
    }

    /// The key was looked for in vain.
    #[inline]
    fn missed<Q>(&self, key: &Q, at: &At)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hasher().hash_one(key);
        self.edges.absent.missed(self.edges.id, hash, at);
    }
}
