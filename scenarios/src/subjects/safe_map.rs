//! A map whose writers leave a mark, that remembers deleted keys in a ring, and that is compacted by
//! swapping in a rebuilt one. (go-zero's `SafeMap` is such a cure for maps that never shrink.)
//!
//! A table's keys are never taken out: deleting clears the value and puts the key in the ring. When
//! the ring is full, whoever comes next rebuilds the table without what was deleted. All that writers
//! agree on is one word: the table, how often it was written, and whether a write is under way.
//! Lookups take no lock. A compaction does not either until it is done: it then swaps its table in
//! if the word still says what it said at the beginning.

use crate::hidden::Slot;
use crate::subjects::memory::Arena;
use fidge::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed, Release},
};
use fidge::thread;
use std::array;

/// Deleted keys that are remembered.
const RING: usize = 8;
/// Tables that a map may use in its life.
const CAPACITY: usize = 1 << 13;
/// A write is under way.
const WRITING: u64 = 1;
/// Where the word has the table.
const TABLE_SHIFT: u32 = 32;

/// What is taken out of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Nothing.
    None,
    /// A compaction swaps its table in without looking at the word again.
    SwappedBlindly,
    /// Writes are counted in two bits.
    NarrowCount,
    /// A deleted key is put in the ring after the mark was taken away.
    RingUnmarked,
}

/// Keys, one more than they are, and values, one more than they are; 0 is none. Linear probing.
struct Table {
    keys: Box<[AtomicU64]>,
    values: Box<[AtomicU64]>,
    used: Slot<usize>,
}

impl Table {
    fn new(capacity: usize) -> Self {
        let zeroes = || (0..capacity).map(|_| AtomicU64::new(0)).collect();
        Table {
            keys: zeroes(),
            values: zeroes(),
            used: Slot::new(0),
        }
    }

    /// Where `key` is, or else where it would go; there always is an empty place.
    #[track_caller]
    fn seat(&self, key: u64) -> Result<usize, usize> {
        let mask = self.keys.len() - 1;
        let mut at = key as usize & mask;
        loop {
            match self.keys[at].load(Acquire) {
                0 => return Err(at),
                found if found == key + 1 => return Ok(at),
                _ => at = (at + 1) & mask,
            }
        }
    }

    #[track_caller]
    fn value(&self, at: usize) -> Option<u64> {
        self.values[at].load(Acquire).checked_sub(1)
    }

    /// Sets or clears a value; comes back with the one before.
    #[track_caller]
    fn swap(&self, at: usize, value: Option<u64>) -> Option<u64> {
        let value = value.map_or(0, |value| value + 1);
        self.values[at].swap(value, Release).checked_sub(1)
    }

    /// Adds a key, if there is room: a quarter of the places stay empty.
    #[track_caller]
    fn add(&self, at: usize, key: u64, value: u64) -> bool {
        let used = self.used.get();
        if used >= self.keys.len() / 4 * 3 {
            return false;
        }
        self.used.set(used + 1);
        self.swap(at, Some(value));
        self.keys[at].swap(key + 1, Release);
        true
    }
}

/// What the word said.
#[derive(Clone, Copy)]
pub struct Survey(u64);

impl Survey {
    fn table(self) -> usize {
        (self.0 >> TABLE_SHIFT) as usize
    }
}

/// A map that needs no locks of its callers'.
pub struct SafeMap {
    word: AtomicU64,
    tables: Arena<Table>,
    ring: [Slot<u64>; RING],
    /// Where the ring's oldest key is, and how many there are.
    oldest: Slot<usize>,
    dead: Slot<usize>,
    bug: Bug,
}

impl SafeMap {
    /// An empty map.
    pub fn new(bug: Bug) -> Self {
        let tables = Arena::new(CAPACITY);
        tables.put(1, || Table::new(8));
        SafeMap {
            word: AtomicU64::new(0),
            tables,
            ring: array::from_fn(|_| Slot::new(0)),
            oldest: Slot::new(0),
            dead: Slot::new(0),
            bug,
        }
    }

    /// The word after a write to what `before` says.
    fn written(&self, before: Survey, table: usize) -> u64 {
        let counted = match self.bug {
            Bug::NarrowCount => 0b110,
            _ => (1 << TABLE_SHIFT) - 2,
        };
        (table as u64) << TABLE_SHIFT | (before.0 + 2) & counted
    }

    /// Leaves the mark, once no other is there.
    #[track_caller]
    fn mark(&self) -> Survey {
        loop {
            let seen = self.survey();
            let marked = seen.0 | WRITING;
            let exchanged = self.word.compare_exchange(seen.0, marked, AcqRel, Relaxed);
            if exchanged.is_ok() {
                return seen;
            }
        }
    }

    /// Takes the mark away and counts the write.
    #[track_caller]
    fn unmark(&self, seen: Survey, table: usize) {
        self.word.swap(self.written(seen, table), AcqRel);
    }

    /// The value of `key`.
    #[track_caller]
    pub fn get(&self, key: u64) -> Option<u64> {
        let table = self.tables.get(Survey(self.word.load(Acquire)).table());
        table.value(table.seat(key).ok()?)
    }

    /// Sets the value of `key`; comes back with the one before.
    #[track_caller]
    pub fn insert(&self, key: u64, value: u64) -> Option<u64> {
        loop {
            let seen = self.mark();
            let table = self.tables.get(seen.table());
            let done = match table.seat(key) {
                Ok(at) => {
                    let before = table.swap(at, Some(value));
                    if before.is_none() {
                        self.revive(key);
                    }
                    Some(before)
                }
                Err(at) => table.add(at, key, value).then_some(None),
            };
            self.unmark(seen, seen.table());
            match done {
                Some(before) => return before,
                None => self.compact(),
            }
        }
    }

    /// Takes `key` out; comes back with its value.
    #[track_caller]
    pub fn remove(&self, key: u64) -> Option<u64> {
        loop {
            let seen = self.mark();
            if self.dead.get() == RING {
                self.unmark(seen, seen.table());
                self.compact();
                continue;
            }
            let table = self.tables.get(seen.table());
            let before = table.seat(key).ok().and_then(|at| table.swap(at, None));
            if self.bug == Bug::RingUnmarked {
                self.unmark(seen, seen.table());
            }
            if before.is_some() {
                let dead = self.dead.get();
                self.ring[(self.oldest.get() + dead) % RING].set(key);
                self.dead.set(dead + 1);
            }
            if self.bug != Bug::RingUnmarked {
                self.unmark(seen, seen.table());
            }
            return before;
        }
    }

    /// Takes a key that has a value again out of the ring, under the mark.
    #[track_caller]
    fn revive(&self, key: u64) {
        let (oldest, dead) = (self.oldest.get(), self.dead.get());
        for n in 0..dead {
            if self.ring[(oldest + n) % RING].get() == key {
                self.ring[(oldest + n) % RING].set(self.ring[oldest].get());
                self.oldest.set((oldest + 1) % RING);
                self.dead.set(dead - 1);
                return;
            }
        }
    }

    /// The keys that were deleted since the last compaction.
    #[track_caller]
    pub fn dead_keys(&self) -> Vec<u64> {
        let seen = self.mark();
        let (oldest, dead) = (self.oldest.get(), self.dead.get());
        let mut keys = Vec::new();
        for n in 0..dead {
            keys.push(self.ring[(oldest + n) % RING].get());
        }
        self.unmark(seen, seen.table());
        keys.sort_unstable();
        keys
    }

    /// Swaps in a table of what has a value.
    #[track_caller]
    pub fn compact(&self) {
        loop {
            let seen = self.survey();
            let rebuilt = self.rebuild(seen);
            if self.swap_in(seen, rebuilt) {
                return;
            }
        }
    }

    /// The word, once no write is under way.
    #[track_caller]
    pub fn survey(&self) -> Survey {
        loop {
            let word = self.word.load(Acquire);
            if word & WRITING == 0 {
                return Survey(word);
            }
            thread::yield_now();
        }
    }

    /// A new table with what has a value in the one that was `seen`.
    #[track_caller]
    pub fn rebuild(&self, seen: Survey) -> usize {
        let old = self.tables.get(seen.table());
        let mut live = Vec::new();
        for at in 0..old.keys.len() {
            if let Some(key) = old.keys[at].load(Acquire).checked_sub(1)
                && let Some(value) = old.value(at)
            {
                live.push((key, value));
            }
        }
        let capacity = (2 * (live.len() + 1)).next_power_of_two().max(8);
        let rebuilt = self.tables.put(1, || Table::new(capacity));
        let new = self.tables.get(rebuilt);
        for (key, value) in live {
            if let Err(at) = new.seat(key) {
                new.add(at, key, value);
            }
        }
        rebuilt
    }

    /// Makes `rebuilt` the map's table, if nothing was written since `seen`.
    #[track_caller]
    pub fn swap_in(&self, seen: Survey, rebuilt: usize) -> bool {
        let next = (rebuilt as u64) << TABLE_SHIFT | WRITING;
        if self.bug == Bug::SwappedBlindly {
            self.word.store(next, Release);
        } else {
            let swapped = self.word.compare_exchange(seen.0, next, AcqRel, Relaxed);
            if swapped.is_err() {
                return false;
            }
        }
        self.dead.set(0);
        self.unmark(seen, rebuilt);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::model::{MapOp, Shape, assert_agrees, assert_linearizable};
    use std::collections::BTreeMap;

    fn apply(map: &SafeMap, op: MapOp) -> Option<u64> {
        match op {
            MapOp::Get(key) => map.get(key),
            MapOp::Insert(key, value) => map.insert(key, value),
            MapOp::Remove(key) => map.remove(key),
        }
    }

    #[test]
    fn it_agrees_with_std() {
        for keys in [3, 30, 300] {
            let map = SafeMap::new(Bug::None);
            assert_agrees(
                (keys, 3_000, keys),
                |op| apply(&map, op),
                |model| {
                    let dead = map.dead_keys();
                    assert!(dead.iter().all(|key| !model.contains_key(key)));
                    assert!(dead.windows(2).all(|pair| pair[0] < pair[1]));
                },
            );
        }
    }

    #[test]
    fn it_is_linearizable_while_it_is_compacted() {
        let shape = Shape {
            strands: 3,
            calls: 8,
            keys: 3,
        };
        // One more deletion or two, and the ring is full.
        let make = || {
            let map = SafeMap::new(Bug::None);
            for key in 10..17 {
                map.insert(key, key);
                map.remove(key);
            }
            (map, BTreeMap::new())
        };
        assert_linearizable(200, shape, make, apply);
    }
}
