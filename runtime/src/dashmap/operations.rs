//! What each operation is to memory order. The rest of the mirror only names the operations.

use super::DashMap;
use super::mapref::entry::{Entry, OccupiedEntry, VacantEntry};
use super::mapref::one::{Ref, RefMut};
use super::shard;
use super::tracked::Tracked;
use super::try_result::TryResult;
use crate::engine::{self, At, How, Mode, Resource, Walks, What, waits};
use crate::value;
use ::dashmap as upstream;
use ::dashmap::SharedValue;
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::ptr;

type Found<'a, K, V> = upstream::mapref::one::Ref<'a, K, Tracked<V>>;
type FoundMut<'a, K, V> = upstream::mapref::one::RefMut<'a, K, Tracked<V>>;

impl<'a, K: 'a + Eq + Hash, V: 'a, S: BuildHasher + Clone> DashMap<K, V, S> {
    /// The lock of the shard that keys of this hash are in.
    #[inline]
    fn lock_of(&self, hash: u64) -> &upstream::RwLock<impl Sized> {
        &self.inner.shards()[self.inner.determine_shard(hash as usize)]
    }

    /// The shard that keys of this hash are in.
    #[inline]
    fn shard_of(&self, hash: u64) -> Resource {
        self.shard(self.inner.determine_shard(hash as usize))
    }

    /// The shard of that number.
    #[inline]
    pub(super) fn shard(&self, number: usize) -> Resource {
        Resource {
            address: ptr::from_ref(&self.inner.shards()[number]).addr(),
            name: self.edges.id.shard(number),
        }
    }

    #[inline]
    #[track_caller]
    pub(super) fn get_at<Q>(&'a self, key: &Q, at: &At) -> Option<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.find_at(key, What::Value, at)
    }

    #[inline]
    #[track_caller]
    pub(super) fn contains_at<Q>(&'a self, key: &Q, at: &At) -> bool
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.find_at(key, What::Presence, at).is_some()
    }

    #[inline]
    #[track_caller]
    fn find_at<Q>(&'a self, key: &Q, what: What, at: &At) -> Option<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let found = if waits::holds_any() {
            self.get_while_holding(key, at)
        } else {
            self.inner.get(key)
        };
        let Some(guard) = found else {
            self.missed(key, at);
            return None;
        };
        let shard = self.shard_of(guard.value().key.hash());
        Some(Ref::new(guard, shard, what, at))
    }

    /// The lookup of a strand that others may wait for.
    #[inline(never)]
    #[track_caller]
    fn get_while_holding<Q>(&'a self, key: &Q, at: &At) -> Option<Found<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hasher().hash_one(key);
        let (lock, shard) = (self.lock_of(hash), self.shard_of(hash));
        // Who reads the shard may read it again.
        let _lock = shard::read(lock, shard, at);
        self.inner.get(key)
    }

    #[inline]
    #[track_caller]
    pub(super) fn get_mut_at<Q>(&'a self, key: &Q, at: &At) -> Option<RefMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(guard) = self.find_mut(key, at) else {
            self.missed(key, at);
            return None;
        };
        let shard = self.shard_of(guard.value().key.hash());
        Some(RefMut::new(guard, shard, What::Value, at))
    }

    #[inline]
    #[track_caller]
    fn find_mut<Q>(&'a self, key: &Q, at: &At) -> Option<FoundMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        if waits::holds_any() {
            self.get_mut_while_holding(key, at)
        } else {
            self.inner.get_mut(key)
        }
    }

    /// As [`get_while_holding`](Self::get_while_holding). Nobody can lock a shard twice for writing: it
    /// waits for it, gives it back and tries again.
    #[inline(never)]
    #[track_caller]
    fn get_mut_while_holding<Q>(&'a self, key: &Q, at: &At) -> Option<FoundMut<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let hash = self.hasher().hash_one(key);
        let (lock, shard) = (self.lock_of(hash), self.shard_of(hash));
        loop {
            let found = match self.inner.try_get_mut(key) {
                TryResult::Present(guard) => Some(guard),
                TryResult::Absent => None,
                TryResult::Locked => {
                    drop(shard::wait(lock, shard, Mode::Exclusive, at, || {
                        lock.write()
                    }));
                    continue;
                }
            };
            shard::taken(shard, Mode::Exclusive, at);
            return found;
        }
    }

    #[inline]
    pub(super) fn try_get_at<Q>(&'a self, key: &Q, at: &At) -> TryResult<Ref<'a, K, V>>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        match self.inner.try_get(key) {
            TryResult::Present(guard) => {
                let shard = self.shard_of(guard.value().key.hash());
                TryResult::Present(Ref::new(guard, shard, What::Value, at))
            }
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
            TryResult::Present(guard) => {
                let shard = self.shard_of(guard.value().key.hash());
                TryResult::Present(RefMut::new(guard, shard, What::Value, at))
            }
            TryResult::Absent => {
                self.missed(key, at);
                TryResult::Absent
            }
            TryResult::Locked => TryResult::Locked,
        }
    }

    #[inline]
    #[track_caller]
    pub(super) fn entry_at(&'a self, key: K, at: &At) -> Entry<'a, K, V> {
        let hash = self.hasher().hash_one(&key);
        self.tracked_entry(self.find_entry(key, at), hash, at)
    }

    #[inline]
    #[track_caller]
    fn find_entry(&'a self, key: K, at: &At) -> upstream::Entry<'a, K, Tracked<V>> {
        if waits::holds_any() {
            self.entry_while_holding(key, at)
        } else {
            self.inner.entry(key)
        }
    }

    /// As [`get_while_holding`](Self::get_while_holding); the waiting is dashmap's own, since an attempt
    /// that fails would take the key with it.
    #[inline(never)]
    #[track_caller]
    fn entry_while_holding(&'a self, key: K, at: &At) -> upstream::Entry<'a, K, Tracked<V>> {
        let hash = self.hasher().hash_one(&key);
        let (lock, shard) = (self.lock_of(hash), self.shard_of(hash));
        let entry = shard::wait(lock, shard, Mode::Exclusive, at, || self.inner.entry(key));
        shard::taken(shard, Mode::Exclusive, at);
        entry
    }

    #[inline]
    pub(super) fn try_entry_at(&'a self, key: K, at: &At) -> Option<Entry<'a, K, V>> {
        let hash = self.hasher().hash_one(&key);
        let entry = self.inner.try_entry(key)?;
        Some(self.tracked_entry(entry, hash, at))
    }

    /// `hash` is the key's, computed before the shard was locked: what the program's `Hash` does may be to ask
    /// the map.
    #[inline]
    fn tracked_entry(
        &'a self,
        entry: upstream::Entry<'a, K, Tracked<V>>,
        hash: u64,
        at: &At,
    ) -> Entry<'a, K, V> {
        match entry {
            upstream::Entry::Occupied(entry) => {
                let shard = self.shard_of(entry.get().key.hash());
                Entry::Occupied(OccupiedEntry::new(
                    entry,
                    &self.edges,
                    shard,
                    What::Value,
                    at,
                ))
            }
            upstream::Entry::Vacant(entry) => {
                let shard = self.shard_of(hash);
                Entry::Vacant(VacantEntry::new(entry, &self.edges, hash, shard, at))
            }
        }
    }

    #[inline]
    #[track_caller]
    pub(super) fn insert_at(&self, key: K, value: V, at: &At) -> Option<V> {
        // Should the program's `Hash` or `Eq` panic, the key is dropped first, as with dashmap.
        let (value, key) = (value, key);
        let hash_of = |(key, _): &(K, _)| self.hasher().hash_one(key);
        let hash = self.hasher().hash_one(&key);
        let number = self.inner.determine_shard(hash as usize);
        let shard = self.shard(number);
        let mut table = shard::write(&self.inner.shards()[number], shard, at);
        match table.find_or_find_insert_slot(hash, |(found, _)| *found == key, hash_of) {
            Ok(bucket) => {
                self.edges.count.stays(self.edges.id, at);
                // SAFETY: the bucket is full, and the write lock makes this the only reference.
                let (_, tracked) = unsafe { bucket.as_mut() };
                Some(tracked.get_mut().overwrite(shard, value, at))
            }
            Err(slot) => {
                let new = value::of(&value);
                let lock = self.edges.inserted(hash, shard, new, How::Blind, at);
                let tracked = SharedValue::new(Tracked::new(value, lock));
                // SAFETY: the slot is of this table, which was not changed since.
                unsafe { table.insert_in_slot(hash, slot, (key, tracked)) };
                None
            }
        }
    }

    #[inline]
    #[track_caller]
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
        let hash = self.hasher().hash_one(key);
        let number = self.inner.determine_shard(hash as usize);
        let shard = self.shard(number);
        let mut table = shard::write(&self.inner.shards()[number], shard, at);
        let Some(bucket) = table.find(hash, |(k, _)| key == k.borrow()) else {
            drop(table);
            self.edges.absent.missed(self.edges.id, hash, at);
            return None;
        };
        // SAFETY: the bucket is full, and the write lock makes this the only reference.
        let (found, tracked) = unsafe { bucket.as_mut() };
        let tracked = tracked.get_mut();
        // SAFETY: `table` is dropped after it.
        let hold = unsafe { tracked.held_if(shard, at, |value| f(found, value)) }?;
        let old = value::of(&tracked.value);
        self.edges.removed(hold, hash, old, how, at);
        // SAFETY: the bucket is of this table, which was not changed since.
        let ((key, tracked), _) = unsafe { table.remove(bucket) };
        Some((key, tracked.into_inner().value))
    }

    #[inline]
    #[track_caller]
    pub(super) fn alter_at<Q>(&self, key: &Q, at: &At, f: impl FnOnce(&K, V) -> V)
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let Some(mut guard) = self.find_mut(key, at) else {
            self.missed(key, at);
            return;
        };
        let shard = self.shard_of(guard.value().key.hash());
        let (key, tracked) = guard.pair_mut();
        tracked.alter(shard, at, |value| f(key, value));
    }

    /// As with an iterator, a shard is given back when the next one is locked.
    #[inline]
    #[track_caller]
    pub(super) fn alter_all_at(&self, at: &At, mut f: impl FnMut(&K, V) -> V) {
        let mut last = None;
        for (number, lock) in self.inner.shards().iter().enumerate() {
            let shard = self.shard(number);
            last = Some(shard::Locked::take(lock, shard, Mode::Exclusive, at));
            Walks::visit(shard, at);
            // SAFETY: locked for writing; the table is not changed while it is iterated over.
            for bucket in unsafe { (*lock.data_ptr()).iter() } {
                // SAFETY: as above.
                let (key, tracked) = unsafe { bucket.as_mut() };
                let tracked = tracked.get_mut();
                tracked.alter(shard, at, |value| f(key, value));
            }
        }
        drop(last);
        self.edges.size.acquire(at);
    }

    /// Takes the lock of each shard, and gives it back: what upstream takes by itself next is had, or the
    /// deadlock is told.
    #[track_caller]
    pub(super) fn ask_for_all(&self, mode: Mode, at: &At) {
        if !waits::holds_any() {
            return;
        }
        for (number, lock) in self.inner.shards().iter().enumerate() {
            let shard = self.shard(number);
            match mode {
                Mode::Shared => drop(shard::read(lock, shard, at)),
                Mode::Exclusive => drop(shard::write(lock, shard, at)),
            }
        }
    }

    #[inline]
    #[track_caller]
    pub(super) fn retain_at(&self, at: &At, mut f: impl FnMut(&K, &mut V) -> bool) {
        for (number, lock) in self.inner.shards().iter().enumerate() {
            let shard = self.shard(number);
            // Held also while values are dropped: these may ask the map for something.
            let _locked = shard::Locked::take(lock, shard, Mode::Exclusive, at);
            Walks::visit(shard, at);
            // SAFETY: locked for writing until `_locked` is dropped.
            let table = unsafe { &mut *lock.data_ptr() };
            // SAFETY: as above, and of the table only what was passed is removed.
            for bucket in unsafe { table.iter() } {
                // SAFETY: as above.
                let (key, tracked) = unsafe { bucket.as_mut() };
                let tracked = tracked.get_mut();
                // SAFETY: `_locked` is dropped after it.
                let hold = unsafe { tracked.held_if(shard, at, |value| !f(key, value)) };
                if let Some(hold) = hold {
                    let old = value::of(&tracked.value);
                    self.edges
                        .removed(hold, tracked.key.hash(), old, How::Whole, at);
                    // SAFETY: the bucket is full and of this table.
                    unsafe { table.erase(bucket) };
                }
            }
        }
        self.edges.size.acquire(at);
    }

    #[inline]
    #[track_caller]
    pub(super) fn len_at(&self, at: &At) -> usize {
        let asked = self.edges.count.ask(self.edges.id);
        let shards = self.inner.shards().iter().enumerate();
        let len = shards
            .map(|(number, lock)| shard::read(lock, self.shard(number), at).len())
            .sum();
        self.edges.size.acquire(at);
        self.edges.count.read(self.edges.id, asked, len, at);
        len
    }

    #[inline]
    #[track_caller]
    pub(super) fn capacity_at(&self, at: &At) -> usize {
        let shards = self.inner.shards().iter().enumerate();
        let capacity = shards
            .map(|(number, lock)| shard::read(lock, self.shard(number), at).capacity())
            .sum();
        self.edges.size.acquire(at);
        capacity
    }

    /// Released before the shards are locked, one after the other: an early release orders no less.
    #[inline]
    #[track_caller]
    pub(super) fn shrink_to_fit_at(&self, at: &At) {
        if let Some(mut me) = engine::enter() {
            self.edges.size.release(&mut me, at);
        }
        for (number, lock) in self.inner.shards().iter().enumerate() {
            let mut table = shard::write(lock, self.shard(number), at);
            let len = table.len();
            table.shrink_to(len, |(key, _)| self.hasher().hash_one(key));
        }
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
