//! The map under locks of its own.
//!
//! A lock a stripe: the low two bits of a hash choose it, and with it a bucket, the old bucket that
//! its entries come from, and the two that they go to. Over the stripes stands a lock for the
//! arrays: every operation shares it, and who starts or ends a growth has it alone. Each write
//! moves the old bucket that it is about to use, and sweeps one more; a bucket is claimed before it is
//! swept, so the growth is at its end when as many were swept as there are.

use super::Bug;
use super::iter::{Iter, Step};
use super::table::{Put, Table};
use fidge::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use fidge::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard};
use std::array;

/// Locks of buckets; no array is shorter.
const STRIPES: usize = 4;

/// A map that claims to need no locks of its callers'.
pub struct Concurrent {
    table: Table,
    count: AtomicUsize,
    /// The buckets of the old array before this one have been claimed.
    claimed: AtomicUsize,
    /// How many claimed buckets have been swept.
    swept: AtomicUsize,
    arrays: RwLock<()>,
    stripes: [Mutex<()>; STRIPES],
    bug: Bug,
}

impl Concurrent {
    /// An empty map of 2^`log2` buckets.
    ///
    /// # Panics
    ///
    /// If that is less than there are stripes.
    pub fn new(log2: u32, hash: fn(u64) -> u64, bug: Bug) -> Self {
        assert!(1 << log2 >= STRIPES, "a stripe needs a bucket");
        Concurrent {
            table: Table::new(log2, hash),
            count: AtomicUsize::new(0),
            claimed: AtomicUsize::new(0),
            swept: AtomicUsize::new(0),
            arrays: RwLock::new(()),
            stripes: array::from_fn(|_| Mutex::new(())),
            bug,
        }
    }

    /// A map of 2^`log2` buckets that the keys from 0 fill up to the limit, each its own hash and
    /// value: one more starts a growth. And how many those are.
    pub fn full(log2: u32, bug: Bug) -> (Self, u64) {
        let (map, count) = (Concurrent::new(log2, |key| key, bug), 13 << log2 >> 1);
        for key in 0..count {
            map.insert(key, key);
        }
        (map, count)
    }

    /// Holds off the start and the end of a growth.
    #[track_caller]
    fn pin(&self) -> RwLockReadGuard<'_, ()> {
        self.arrays.read().unwrap()
    }

    /// The lock of a bucket, by its number.
    #[track_caller]
    fn lock(&self, bucket: usize) -> MutexGuard<'_, ()> {
        self.stripes[bucket % STRIPES].lock().unwrap()
    }

    /// The lock of the bucket of `key`.
    #[track_caller]
    fn lock_for(&self, key: u64) -> MutexGuard<'_, ()> {
        self.lock(self.table.hash(key) as usize)
    }

    /// Under the bug, without.
    fn unless<G>(&self, bug: Bug, lock: impl FnOnce() -> G) -> Option<G> {
        (self.bug != bug).then(lock)
    }

    /// Whether entries are being moved to a new array.
    #[track_caller]
    pub fn is_growing(&self) -> bool {
        let _pin = self.pin();
        self.table.old().is_some()
    }

    /// The value of `key`.
    #[track_caller]
    pub fn get(&self, key: u64) -> Option<u64> {
        let _pin = self.unless(Bug::GetUnpinned, || self.pin());
        let _lock = self.lock_for(key);
        self.table.get(key)
    }

    /// Sets the value of `key`; comes back with the one before.
    #[track_caller]
    pub fn insert(&self, key: u64, value: u64) -> Option<u64> {
        let before = loop {
            {
                let _pin = self.pin();
                let _lock = self.unless(Bug::InsertUnlocked, || self.lock_for(key));
                self.make_way(key);
                let may_add = self.table.old().is_some() || !self.must_grow();
                match self.table.put(key, value, may_add) {
                    Put::Replaced(before) => break Some(before),
                    Put::Added => {
                        self.count.fetch_add(1, Relaxed);
                        break None;
                    }
                    Put::Refused => {}
                }
            }
            self.grow();
        };
        self.help();
        before
    }

    /// Takes `key` out; comes back with its value.
    #[track_caller]
    pub fn remove(&self, key: u64) -> Option<u64> {
        let value = {
            let _pin = self.pin();
            let _lock = self.lock_for(key);
            self.make_way(key);
            let value = self.table.take(key);
            if value.is_some() {
                self.count.fetch_sub(1, Relaxed);
            }
            value
        };
        self.help();
        value
    }

    /// Moves the old bucket of `key`, whose lock is held.
    #[track_caller]
    fn make_way(&self, key: u64) {
        if let Some(old) = self.table.old() {
            self.table.evacuate(old.index(self.table.hash(key)));
        }
    }

    #[track_caller]
    fn must_grow(&self) -> bool {
        let count = self.count.load(Relaxed) + 1;
        self.table.is_overloaded(count) || self.table.is_sparse()
    }

    /// Starts a growth, if there is need of one and none under way.
    #[track_caller]
    fn grow(&self) {
        if self.bug == Bug::GrowShared {
            let _pin = self.pin();
            if self.must_grow() {
                self.start();
            }
        } else {
            let _alone = self.arrays.write().unwrap();
            if self.must_grow() {
                self.start();
            }
        }
    }

    /// Moves all entries to a new array of the same size, which packs them; or ends the growth that is
    /// under way.
    #[track_caller]
    pub fn pack(&self) {
        {
            let _alone = self.arrays.write().unwrap();
            self.start();
        }
        while self.help() {}
    }

    /// Starts a growth unless one is under way.
    #[track_caller]
    fn start(&self) {
        if self.table.old().is_none() {
            let count = self.count.load(Relaxed) + 1;
            self.table.grow(!self.table.is_overloaded(count));
            self.claimed.store(0, Relaxed);
            self.swept.store(0, Relaxed);
        }
    }

    /// Sweeps one more bucket of the old array, if there is one. Whether there was.
    #[track_caller]
    pub fn help(&self) -> bool {
        while let Some(bucket) = self.unclaimed() {
            if self.claim(bucket) {
                self.sweep(bucket);
                return true;
            }
        }
        false
    }

    /// The first bucket of the old array that nobody has claimed.
    #[track_caller]
    pub fn unclaimed(&self) -> Option<usize> {
        let _pin = self.pin();
        let old = self.table.old()?;
        let first = self.claimed.load(Relaxed);
        (first < old.len()).then_some(first)
    }

    /// Claims `bucket`, the first that was unclaimed. Whether it still was; only then sweep it.
    #[track_caller]
    pub fn claim(&self, bucket: usize) -> bool {
        if self.bug == Bug::ClaimByStore {
            self.claimed.store(bucket + 1, Relaxed);
            return true;
        }
        self.claimed
            .compare_exchange(bucket, bucket + 1, Relaxed, Relaxed)
            .is_ok()
    }

    /// Moves the claimed `bucket`, unless a write did, and ends the growth if it was the last.
    #[track_caller]
    pub fn sweep(&self, bucket: usize) {
        let was_last = {
            let _pin = self.pin();
            let _lock = self.unless(Bug::SweepUnlocked, || self.lock(bucket));
            self.table.evacuate(bucket);
            let swept = self.swept.fetch_add(1, Relaxed) + 1;
            self.table.old().is_some_and(|old| old.len() == swept)
        };
        if was_last {
            let _alone = self.arrays.write().unwrap();
            self.table.finish();
        }
    }

    /// An iterator. Between its steps anything may be done to the map.
    #[track_caller]
    pub fn iter(&self, seed: usize) -> Iter {
        let _pin = self.pin();
        Iter::new(&self.table, seed)
    }

    /// The next entry of `iter`, which is this map's.
    #[track_caller]
    pub fn next(&self, iter: &mut Iter) -> Option<(u64, u64)> {
        loop {
            let _pin = self.unless(Bug::IterUnpinned, || self.pin());
            let _lock = self.unless(Bug::IterUnlocked, || self.lock(iter.bucket()));
            match iter.step(&self.table) {
                Step::Entry(key, value) => return Some((key, value)),
                Step::Nothing => {}
                Step::End => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::model::{MapOp, Shape, assert_agrees, assert_linearizable};
    use std::collections::{BTreeMap, HashSet};

    const HASH: fn(u64) -> u64 = |key| key.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);

    fn apply(map: &Concurrent, op: MapOp) -> Option<u64> {
        match op {
            MapOp::Get(key) => map.get(key),
            MapOp::Insert(key, value) => map.insert(key, value),
            MapOp::Remove(key) => map.remove(key),
        }
    }

    #[test]
    fn it_agrees_with_std() {
        for keys in [8, 80, 400] {
            let map = Concurrent::new(2, HASH, Bug::None);
            assert_agrees(
                (keys, 3_000, keys),
                |op| apply(&map, op),
                |model| assert_eq!(map.count.load(Relaxed), model.len()),
            );
        }
    }

    #[test]
    fn it_is_linearizable_while_it_grows() {
        let shape = Shape {
            strands: 3,
            calls: 8,
            keys: 3,
        };
        // One more key, and there are too many; the old bucket of key 0 is the last to be swept.
        let make = || {
            let map = Concurrent::new(2, |key| !key, Bug::None);
            let initial: BTreeMap<_, _> = (100..126).map(|key| (key, key)).collect();
            for (&key, &value) in &initial {
                map.insert(key, value);
            }
            (map, initial)
        };
        assert_linearizable(100, shape, make, apply);
    }

    #[test]
    fn an_iterator_meets_what_stays_once_while_others_write() {
        for seed in 0..20 {
            let map = Concurrent::new(2, HASH, Bug::None);
            for key in 0..20 {
                map.insert(key, key);
            }
            let report = fidge::check(|| {
                fidge::thread::scope(|s| {
                    s.spawn(|| (100..200).for_each(|key| assert_eq!(map.insert(key, 0), None)));
                    s.spawn(|| {
                        let (mut seen, mut iter) = (HashSet::new(), map.iter(seed));
                        while let Some((key, _)) = map.next(&mut iter) {
                            assert!(seen.insert(key), "{key} twice");
                        }
                        assert!((0..20).all(|key| seen.contains(&key)));
                    });
                });
            });
            assert!(report.is_clean(), "{report}");
        }
    }
}
