//! The table. Its callers see to it that a write overlaps nothing; lookups may overlap one another.
//!
//! Probing goes group by group. A lookup ends at a group with an empty slot, so what is deleted
//! leaves a tombstone, unless its group has an empty slot anyway. Of the empty slots an eighth must
//! stay so; when they run out the table is rehashed in place, which turns tombstones into empty slots,
//! or grows if it really is full.

use super::{DELETED, EMPTY, tag};
use crate::hidden::Slot;
use crate::subjects::memory::Arena;

/// Slots in a group.
const GROUP: usize = 8;
/// Arrays of slots that a table may use in its life.
const CAPACITY: usize = 64;

/// The memory of a table of one size.
struct Slots {
    controls: Box<[Slot<u8>]>,
    entries: Box<[Slot<(u64, u64)>]>,
}

impl Slots {
    fn new(capacity: usize) -> Self {
        Slots {
            controls: (0..capacity).map(|_| Slot::new(EMPTY)).collect(),
            entries: (0..capacity).map(|_| Slot::new((0, 0))).collect(),
        }
    }

    fn len(&self) -> usize {
        self.controls.len()
    }

    /// The `n`-th slot that is probed for `hash`: group after group, further away each time.
    fn probe(&self, hash: u64, n: usize) -> usize {
        let (groups, step) = (self.len() / GROUP, n / GROUP);
        let group = (hash as usize + step * (step + 1) / 2) & (groups - 1);
        group * GROUP + n % GROUP
    }

    #[track_caller]
    fn find(&self, hash: u64, key: u64) -> Option<usize> {
        let mut has_empty = false;
        for n in 0..self.len() {
            let i = self.probe(hash, n);
            let control = self.controls[i].get();
            if control == tag(hash) && self.entries[i].get().0 == key {
                return Some(i);
            }
            has_empty |= control == EMPTY;
            if n % GROUP == GROUP - 1 && has_empty {
                break;
            }
        }
        None
    }

    /// The first slot for `hash` that is not full.
    #[track_caller]
    fn vacancy(&self, hash: u64) -> usize {
        for n in 0..self.len() {
            let i = self.probe(hash, n);
            if self.controls[i].get() & DELETED != 0 {
                return i;
            }
        }
        unreachable!("an eighth of the slots are not full")
    }

    #[track_caller]
    fn fill(&self, i: usize, hash: u64, entry: (u64, u64)) {
        self.controls[i].set(tag(hash));
        self.entries[i].set(entry);
    }
}

/// Where an entry was found.
#[derive(Clone, Copy)]
pub struct Seat {
    slots: usize,
    index: usize,
}

/// A table of external contract.
pub struct Table {
    hash: fn(u64) -> u64,
    slots: Slot<usize>,
    len: Slot<usize>,
    /// How many empty slots may be filled.
    left: Slot<usize>,
    arena: Arena<Slots>,
}

impl Table {
    /// An empty table of one group.
    pub fn new(hash: fn(u64) -> u64) -> Self {
        let arena = Arena::new(CAPACITY);
        Table {
            hash,
            slots: Slot::new(arena.put(1, || Slots::new(GROUP))),
            len: Slot::new(0),
            left: Slot::new(GROUP / 8 * 7),
            arena,
        }
    }

    #[track_caller]
    fn slots(&self) -> &Slots {
        self.arena.get(self.slots.get())
    }

    /// How many entries there are.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.len.get()
    }

    /// Where `key` is.
    #[track_caller]
    pub fn find(&self, key: u64) -> Option<Seat> {
        let slots = self.slots.get();
        let index = self.arena.get(slots).find((self.hash)(key), key)?;
        Some(Seat { slots, index })
    }

    /// The value there.
    #[track_caller]
    pub fn value(&self, seat: Seat) -> u64 {
        self.arena.get(seat.slots).entries[seat.index].get().1
    }

    /// Sets the value of `key`; comes back with the one before.
    #[track_caller]
    pub fn insert(&self, key: u64, value: u64) -> Option<u64> {
        if let Some(seat) = self.find(key) {
            let before = self.value(seat);
            self.slots().entries[seat.index].set((key, value));
            return Some(before);
        }
        let hash = (self.hash)(key);
        loop {
            let slots = self.slots();
            let i = slots.vacancy(hash);
            let was_empty = slots.controls[i].get() == EMPTY;
            if was_empty && self.left.get() == 0 {
                if self.len() * 2 <= slots.len() {
                    self.rehash_in_place();
                } else {
                    self.grow();
                }
                continue;
            }
            slots.fill(i, hash, (key, value));
            self.left.set(self.left.get() - usize::from(was_empty));
            self.len.set(self.len() + 1);
            return None;
        }
    }

    /// Takes `key` out; comes back with its value.
    #[track_caller]
    pub fn remove(&self, key: u64) -> Option<u64> {
        let seat = self.find(key)?;
        let slots = self.slots();
        let first = seat.index / GROUP * GROUP;
        let mut control = DELETED;
        for i in first..first + GROUP {
            if slots.controls[i].get() == EMPTY {
                control = EMPTY;
            }
        }
        slots.controls[seat.index].set(control);
        self.left
            .set(self.left.get() + usize::from(control == EMPTY));
        self.len.set(self.len() - 1);
        Some(self.value(seat))
    }

    /// Makes tombstones empty slots, and puts every entry where a lookup now finds it.
    #[track_caller]
    pub fn rehash_in_place(&self) {
        let slots = self.slots();
        for control in &slots.controls {
            let full = control.get() & DELETED == 0;
            control.set(if full { DELETED } else { EMPTY });
        }
        // What is deleted now is an entry that is still to be placed.
        for i in 0..slots.len() {
            // Each turn places an entry, so there are not more of them than slots.
            for _ in 0..slots.len() {
                if slots.controls[i].get() != DELETED {
                    break;
                }
                let entry = slots.entries[i].get();
                let hash = (self.hash)(entry.0);
                let target = slots.vacancy(hash);
                if target / GROUP == i / GROUP {
                    slots.controls[i].set(tag(hash));
                } else if slots.controls[target].get() == EMPTY {
                    slots.fill(target, hash, entry);
                    slots.controls[i].set(EMPTY);
                } else {
                    slots.entries[i].set(slots.entries[target].get());
                    slots.fill(target, hash, entry);
                }
            }
        }
        self.left.set(slots.len() / 8 * 7 - self.len());
    }

    /// Moves all entries to twice as many slots. The old ones are given back, zeroed.
    #[track_caller]
    fn grow(&self) {
        let old = self.slots();
        let bigger = self.arena.put(1, || Slots::new(2 * old.len()));
        let new = self.arena.get(bigger);
        for i in 0..old.len() {
            if old.controls[i].get() & DELETED == 0 {
                let entry = old.entries[i].get();
                let hash = (self.hash)(entry.0);
                new.fill(new.vacancy(hash), hash, entry);
            }
        }
        self.slots.set(bigger);
        self.left.set(new.len() / 8 * 7 - self.len());
        for i in 0..old.len() {
            old.controls[i].set(0);
            old.entries[i].set((0, 0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::model::{MapOp, assert_agrees};

    const HASHES: [fn(u64) -> u64; 3] = [
        |key| key.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29),
        |key| key & 3,
        |key| key << 54,
    ];

    fn apply(table: &Table, op: MapOp) -> Option<u64> {
        match op {
            MapOp::Get(key) => table.find(key).map(|seat| table.value(seat)),
            MapOp::Insert(key, value) => table.insert(key, value),
            MapOp::Remove(key) => table.remove(key),
        }
    }

    #[test]
    fn it_agrees_with_std() {
        for hash in HASHES {
            for keys in [6, 20, 200] {
                let table = Table::new(hash);
                assert_agrees(
                    (keys, 2_000, keys),
                    |op| apply(&table, op),
                    |model| assert_eq!(table.len(), model.len()),
                );
            }
        }
    }

    #[test]
    fn a_rehash_in_place_loses_nothing_and_leaves_no_tombstone() {
        for hash in HASHES {
            let table = Table::new(hash);
            (0..200).for_each(|key| assert_eq!(table.insert(key, key), None));
            (0..150).for_each(|key| assert_eq!(table.remove(key), Some(key)));
            table.rehash_in_place();
            let slots = table.slots();
            assert!((0..slots.len()).all(|i| slots.controls[i].get() != DELETED));
            let found = |key| table.find(key).map(|seat| table.value(seat));
            assert!((0..200).all(|key| found(key) == (key >= 150).then_some(key)));
        }
    }
}
