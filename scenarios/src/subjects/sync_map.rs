//! Go's `sync.Map` (`sync/map.go`, Go 1.9 to 1.23): a map that is read without a lock, and a second
//! one under a lock that has what is new.
//!
//! Both maps lead to the same entries. The read map is never written; the dirty one has all entries
//! that live and is made, on the first new key, by copying the read map. Lookups that had to go to the
//! dirty map are misses; after as many as it has keys, it is promoted to be the read map. A deleted
//! entry that a copy leaves out is *expunged*: whoever stores to it must put it into the dirty map
//! first.

use crate::hidden::Slot;
use crate::subjects::memory::{Arena, Place};
use fidge::sync::Mutex;
use fidge::sync::atomic::{
    AtomicU64, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};
use std::collections::HashMap;

/// Entries, and maps, that one may use in its life.
const CAPACITY: usize = 1 << 13;
/// The entry has no value, but is in the dirty map if there is one.
const GONE: u64 = 0;
/// The entry has no value, and the dirty map has no such entry.
const EXPUNGED: u64 = 1;
/// What is added to a value.
const VALUES: u64 = 2;

/// What is taken out of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Nothing.
    None,
    /// A store to an entry of the read map looks whether it is expunged, and then stores blindly.
    StoredBlindly,
    /// Misses are counted, and the dirty map promoted, after the lock was given back.
    MissedUnlocked,
    /// The promoted map stays the dirty one as well.
    DirtyKept,
}

/// Where a key's value is.
pub struct Entry {
    value: AtomicU64,
    bug: Bug,
}

/// What an entry had in it.
#[derive(Clone, Copy)]
pub struct Seen(u64);

impl Seen {
    fn value(self) -> Option<u64> {
        self.0.checked_sub(VALUES)
    }
}

impl Entry {
    /// What is in it.
    #[track_caller]
    pub fn look(&self) -> Seen {
        Seen(self.value.load(Acquire))
    }

    /// Puts `value` in the place of what was `seen`. Not if that was expunged, or is gone.
    #[track_caller]
    pub fn replace(&self, seen: Seen, value: u64) -> bool {
        if seen.0 == EXPUNGED {
            return false;
        }
        if self.bug == Bug::StoredBlindly {
            self.value.store(value + VALUES, Release);
            return true;
        }
        self.exchange(seen.0, value + VALUES)
    }

    #[track_caller]
    fn exchange(&self, from: u64, to: u64) -> bool {
        let exchanged = self.value.compare_exchange(from, to, Release, Relaxed);
        exchanged.is_ok()
    }

    /// Sets the value, unless the entry is expunged; comes back with the one before.
    #[track_caller]
    fn try_swap(&self, value: u64) -> Result<Option<u64>, ()> {
        loop {
            let seen = self.look();
            if seen.0 == EXPUNGED {
                return Err(());
            }
            if self.replace(seen, value) {
                return Ok(seen.value());
            }
        }
    }

    /// Takes the value out.
    #[track_caller]
    fn clear(&self) -> Option<u64> {
        loop {
            let seen = self.look();
            let value = seen.value()?;
            if self.exchange(seen.0, GONE) {
                return Some(value);
            }
        }
    }

    /// Expunges the entry if it has no value. Whether it is expunged.
    #[track_caller]
    fn try_expunge(&self) -> bool {
        while self.look().0 == GONE {
            if self.exchange(GONE, EXPUNGED) {
                return true;
            }
        }
        self.look().0 == EXPUNGED
    }
}

/// From keys to the handles of entries.
type Index = Place<HashMap<u64, usize>>;

/// The read map and whether the dirty one has more, as one word.
#[derive(Clone, Copy)]
struct Read(usize);

impl Read {
    fn of(index: usize, amended: bool) -> Self {
        Read(index << 1 | usize::from(amended))
    }

    fn index(self) -> usize {
        self.0 >> 1
    }

    fn is_amended(self) -> bool {
        self.0 & 1 == 1
    }
}

/// A map that needs no locks of its callers'.
pub struct SyncMap {
    read: AtomicUsize,
    lock: Mutex<()>,
    dirty: Slot<Option<usize>>,
    misses: Slot<usize>,
    indices: Arena<Index>,
    entries: Arena<Entry>,
    bug: Bug,
}

impl SyncMap {
    /// An empty map.
    pub fn new(bug: Bug) -> Self {
        let indices = Arena::new(CAPACITY);
        let first = indices.put(1, || Place::new(HashMap::new()));
        SyncMap {
            read: AtomicUsize::new(Read::of(first, false).0),
            lock: Mutex::new(()),
            dirty: Slot::new(None),
            misses: Slot::new(0),
            indices,
            entries: Arena::new(CAPACITY),
            bug,
        }
    }

    #[track_caller]
    fn read(&self) -> Read {
        Read(self.read.load(Acquire))
    }

    #[track_caller]
    fn entry_in(&self, index: usize, key: u64) -> Option<&Entry> {
        let handle = self.indices.get(index).read(|map| map.get(&key).copied());
        Some(self.entries.get(handle?))
    }

    /// The entry of `key` in the read map.
    #[track_caller]
    pub fn entry(&self, key: u64) -> Option<&Entry> {
        self.entry_in(self.read().index(), key)
    }

    /// Whether the read map has all there is.
    #[track_caller]
    pub fn is_promoted(&self) -> bool {
        !self.read().is_amended()
    }

    /// The value of `key`.
    #[track_caller]
    pub fn get(&self, key: u64) -> Option<u64> {
        self.find(key)?.look().value()
    }

    /// The entry of `key`, in whichever map.
    #[track_caller]
    fn find(&self, key: u64) -> Option<&Entry> {
        let read = self.read();
        let entry = self.entry_in(read.index(), key);
        if entry.is_some() || !read.is_amended() {
            return entry;
        }
        let lock = self.lock.lock().unwrap();
        let read = self.read();
        let entry = self.entry_in(read.index(), key);
        if entry.is_some() || !read.is_amended() {
            return entry;
        }
        let dirty = self.dirty.get()?;
        let entry = self.entry_in(dirty, key);
        if self.bug == Bug::MissedUnlocked {
            drop(lock);
            self.missed();
        } else {
            self.missed();
            drop(lock);
        }
        entry
    }

    /// Counts a miss, and promotes the dirty map when there were as many as it has keys.
    #[track_caller]
    fn missed(&self) {
        let misses = self.misses.get() + 1;
        self.misses.set(misses);
        let Some(dirty) = self.dirty.get() else {
            return;
        };
        if misses < self.indices.get(dirty).read(HashMap::len) {
            return;
        }
        self.read.store(Read::of(dirty, false).0, Release);
        if self.bug != Bug::DirtyKept {
            self.dirty.set(None);
        }
        self.misses.set(0);
    }

    /// Sets the value of `key`; comes back with the one before.
    #[track_caller]
    pub fn insert(&self, key: u64, value: u64) -> Option<u64> {
        if let Some(entry) = self.entry(key)
            && let Ok(before) = entry.try_swap(value)
        {
            return before;
        }
        let _lock = self.lock.lock().unwrap();
        let read = self.read();
        let index = self.indices.get(read.index());
        if let Some(handle) = index.read(|map| map.get(&key).copied()) {
            let entry = self.entries.get(handle);
            if entry.exchange(EXPUNGED, GONE) {
                self.write_dirty(read, key, handle);
            }
            return Seen(entry.value.swap(value + VALUES, Release)).value();
        }
        if read.is_amended()
            && let Some(entry) = self.dirty.get().and_then(|d| self.entry_in(d, key))
        {
            return Seen(entry.value.swap(value + VALUES, Release)).value();
        }
        let handle = self.entries.put(1, || Entry {
            value: AtomicU64::new(value + VALUES),
            bug: self.bug,
        });
        self.write_dirty(read, key, handle);
        None
    }

    /// Puts an entry into the dirty map, which is made if there is none.
    #[track_caller]
    fn write_dirty(&self, read: Read, key: u64, entry: usize) {
        let dirty = match self.dirty.get() {
            Some(dirty) => dirty,
            None => {
                let mut live = self.indices.get(read.index()).read(HashMap::clone);
                let all: Vec<_> = live.iter().map(|(&key, &entry)| (key, entry)).collect();
                for (key, entry) in all {
                    if self.entries.get(entry).try_expunge() {
                        live.remove(&key);
                    }
                }
                let dirty = self.indices.put(1, || Place::new(live.clone()));
                self.dirty.set(Some(dirty));
                dirty
            }
        };
        if !read.is_amended() {
            self.read.store(Read::of(read.index(), true).0, Release);
        }
        self.indices.get(dirty).write(|map| map.insert(key, entry));
    }

    /// Takes `key` out; comes back with its value.
    #[track_caller]
    pub fn remove(&self, key: u64) -> Option<u64> {
        self.find(key)?.clear()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::model::{MapOp, Shape, assert_agrees, assert_linearizable};
    use std::collections::BTreeMap;

    fn apply(map: &SyncMap, op: MapOp) -> Option<u64> {
        match op {
            MapOp::Get(key) => map.get(key),
            MapOp::Insert(key, value) => map.insert(key, value),
            MapOp::Remove(key) => map.remove(key),
        }
    }

    #[test]
    fn it_agrees_with_std() {
        for keys in [3, 30, 300] {
            let map = SyncMap::new(Bug::None);
            assert_agrees((keys, 3_000, keys), |op| apply(&map, op), |_| ());
        }
    }

    #[test]
    fn a_store_brings_an_expunged_entry_back() {
        let map = SyncMap::new(Bug::None);
        map.insert(1, 1);
        map.get(1);
        assert!(map.is_promoted());
        map.remove(1);
        map.insert(2, 2);
        assert_eq!(
            map.entry(1).expect("it is in the read map").look().0,
            EXPUNGED
        );
        map.insert(1, 3);
        map.get(2);
        map.get(2);
        assert!(map.is_promoted());
        assert_eq!([map.get(1), map.get(2)], [Some(3), Some(2)]);
    }

    #[test]
    fn it_is_linearizable() {
        let shape = Shape {
            strands: 3,
            calls: 8,
            keys: 3,
        };
        let make = || (SyncMap::new(Bug::None), BTreeMap::new());
        assert_linearizable(200, shape, make, apply);
    }
}
