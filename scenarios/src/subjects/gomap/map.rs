//! The map as Go has it. Its callers see to it that a write overlaps nothing; lookups and
//! iterators may overlap one another.

use super::Bug;
use super::iter::{Iter, Step};
use super::table::{Put, Table};
use crate::hidden::Slot;

/// A map of external contract.
pub struct GoMap {
    table: Table,
    count: Slot<usize>,
    /// The buckets of the old array before this one have been moved.
    next: Slot<usize>,
    bug: Bug,
}

impl GoMap {
    /// An empty map of 2^`log2` buckets.
    pub fn new(log2: u32, hash: fn(u64) -> u64, bug: Bug) -> Self {
        GoMap {
            table: Table::new(log2, hash),
            count: Slot::new(0),
            next: Slot::new(0),
            bug,
        }
    }

    /// How many entries there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.count.get()
    }

    /// Whether entries are being moved to a new array.
    #[track_caller]
    pub fn is_growing(&self) -> bool {
        self.table.old().is_some()
    }

    /// The value of `key`.
    #[track_caller]
    pub fn get(&self, key: u64) -> Option<u64> {
        if self.bug == Bug::ReadsEvacuate {
            self.work(key);
        }
        self.table.get(key)
    }

    /// Sets the value of `key`; comes back with the one before.
    #[track_caller]
    pub fn insert(&self, key: u64, value: u64) -> Option<u64> {
        loop {
            self.work(key);
            let count = self.count.get();
            let overloaded = self.table.is_overloaded(count + 1);
            let may_add = self.is_growing() || !overloaded && !self.table.is_sparse();
            match self.table.put(key, value, may_add) {
                Put::Replaced(before) => return Some(before),
                Put::Added => {
                    self.count.set(count + 1);
                    return None;
                }
                Put::Refused => {
                    self.table.grow(!overloaded);
                    self.next.set(0);
                }
            }
        }
    }

    /// Takes `key` out; comes back with its value.
    #[track_caller]
    pub fn remove(&self, key: u64) -> Option<u64> {
        self.work(key);
        let value = self.table.take(key)?;
        self.count.set(self.count.get() - 1);
        Some(value)
    }

    /// An iterator. Between its steps anything may be done to the map.
    #[track_caller]
    pub fn iter(&self, seed: usize) -> Iter {
        Iter::new(&self.table, seed)
    }

    /// The next entry of `iter`, which is this map's.
    #[track_caller]
    pub fn next(&self, iter: &mut Iter) -> Option<(u64, u64)> {
        loop {
            match iter.step(&self.table) {
                Step::Entry(key, value) => return Some((key, value)),
                Step::Nothing => {}
                Step::End => return None,
            }
        }
    }

    /// A write's share of a growth: the bucket that it is about to use, and one more.
    #[track_caller]
    fn work(&self, key: u64) {
        let Some(old) = self.table.old() else { return };
        self.table.evacuate(old.index(self.table.hash(key)));
        let mut next = self.next.get();
        if next < old.len() {
            self.table.evacuate(next);
        }
        while next < old.len() && self.table.is_evacuated(next) {
            next += 1;
        }
        self.next.set(next);
        if next == old.len() {
            self.table.finish();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::model::{MapOp, assert_agrees};
    use std::cell::Cell;
    use std::collections::HashMap;

    fn apply(map: &GoMap, op: MapOp) -> Option<u64> {
        match op {
            MapOp::Get(key) => map.get(key),
            MapOp::Insert(key, value) => map.insert(key, value),
            MapOp::Remove(key) => map.remove(key),
        }
    }

    /// A good hash function, and ones that crowd buckets and top bytes.
    const HASHES: [fn(u64) -> u64; 3] = [
        |key| key.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29),
        |key| key & 3,
        |key| key << 54,
    ];

    #[test]
    fn it_agrees_with_std() {
        for hash in HASHES {
            for keys in [4, 60, 400] {
                let map = GoMap::new(0, hash, Bug::None);
                assert_agrees(
                    (keys, 3_000, keys),
                    |op| apply(&map, op),
                    |model| assert_eq!(map.len(), model.len()),
                );
            }
        }
    }

    #[test]
    fn it_grows_in_both_ways() {
        let map = GoMap::new(0, HASHES[0], Bug::None);
        let mut sizes = Vec::new();
        // Fifty keys stay; the others come and go, and leave overflow buckets behind.
        for n in 0..4_000u64 {
            map.insert(n, n);
            if n >= 50 {
                map.remove(n);
            }
            if let Some(old) = map.table.old() {
                sizes.push((old.len(), map.table.current().len()));
            }
        }
        assert!(sizes.iter().any(|(old, new)| 2 * old == *new));
        for _ in 0..2_000 {
            map.insert(7, 7);
        }
        assert!(!map.is_growing());
        map.table.grow(true);
        map.next.set(0);
        assert!((0..50).all(|n| map.insert(n, n + 1) == Some(n)));
        assert!(!map.is_growing());
        assert!((0..50).all(|n| map.get(n) == Some(n + 1)));
    }

    #[test]
    fn an_iterator_meets_what_stays_once_and_nothing_that_is_gone() {
        for seed in 0..60 {
            let map = GoMap::new(0, HASHES[seed % 3], Bug::None);
            for key in 0..40 {
                map.insert(key, key);
            }
            let (mut seen, mut iter) = (HashMap::new(), map.iter(seed));
            let removed = Cell::new(0);
            for n in 0.. {
                let Some((key, value)) = map.next(&mut iter) else {
                    break;
                };
                assert!(seen.insert(key, value).is_none(), "{key} twice");
                assert_eq!(map.get(key), Some(value), "{key} is gone");
                // Grows the map twice and more while the iterator walks.
                for more in 0..4 {
                    let new = 1_000 + 4 * n + more;
                    if new < 1_200 {
                        map.insert(new, new);
                    }
                }
                if removed.get() < 20 {
                    map.remove(20 + removed.get());
                    removed.set(removed.get() + 1);
                }
            }
            for key in 0..20 {
                assert_eq!(seen.get(&key), Some(&key), "seed {seed}: {key} was skipped");
            }
        }
    }
}
