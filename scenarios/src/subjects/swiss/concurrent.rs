//! A table of fixed size whose slots are claimed one by one.
//!
//! A slot's control is a word: the byte, and a version that every change counts up. A change claims
//! the slot by exchanging its control for a busy one of the next version, so what was read of the
//! slot since its control was read still holds. A lookup reads control, key, value, and the control
//! again. Two strands that put in one key would each find another slot: whoever inserts holds the
//! lock of the key's stripe; deleting needs none.

use super::{Bug, DELETED, EMPTY, tag};
use fidge::sync::atomic::{
    AtomicU64,
    Ordering::{AcqRel, Acquire, Relaxed},
};
use fidge::sync::{Mutex, MutexGuard};
use fidge::thread;
use std::array;

/// Somebody is at it.
const BUSY: u8 = 0x81;
/// Locks of keys: a prime number, so that keys of one slot have different ones.
const STRIPES: usize = 7;

/// A slot.
struct Cell {
    control: AtomicU64,
    key: AtomicU64,
    value: AtomicU64,
}

/// A slot, and what its control was.
#[derive(Clone, Copy)]
pub struct Seat {
    index: usize,
    control: u64,
}

/// Where a key is or may go.
#[derive(Clone, Copy)]
pub enum Probe {
    /// It is there.
    Found(Seat),
    /// It is nowhere, and there is room.
    Vacant(Seat),
}

/// A map of at most so many keys that needs no locks of its callers'.
pub struct Concurrent {
    hash: fn(u64) -> u64,
    cells: Box<[Cell]>,
    stripes: [Mutex<()>; STRIPES],
    bug: Bug,
}

impl Concurrent {
    /// An empty map of `capacity` slots, a power of two.
    pub fn new(capacity: usize, hash: fn(u64) -> u64, bug: Bug) -> Self {
        let cell = |_| Cell {
            control: AtomicU64::new(u64::from(EMPTY)),
            key: AtomicU64::new(0),
            value: AtomicU64::new(0),
        };
        Concurrent {
            hash,
            cells: (0..capacity).map(cell).collect(),
            stripes: array::from_fn(|_| Mutex::new(())),
            bug,
        }
    }

    /// The control after `control`.
    fn next(&self, control: u64, byte: u8) -> u64 {
        match self.bug {
            Bug::TagOnly | Bug::LockFree => u64::from(byte),
            _ => ((control >> 8) + 1) << 8 | u64::from(byte),
        }
    }

    /// The control of slot `index`, once nobody is at it.
    #[track_caller]
    fn control(&self, index: usize) -> u64 {
        loop {
            let control = self.cells[index].control.load(Acquire);
            if control as u8 != BUSY {
                return control;
            }
            thread::yield_now();
        }
    }

    /// Where `key` is, or else the first slot that it may go to.
    ///
    /// # Panics
    ///
    /// If it is nowhere and the table is full.
    #[track_caller]
    pub fn probe(&self, key: u64) -> Probe {
        let hash = (self.hash)(key);
        let mut vacant = None;
        for n in 0..self.cells.len() {
            let index = (hash as usize + n) & (self.cells.len() - 1);
            let control = self.control(index);
            let seat = Seat { index, control };
            let byte = control as u8;
            if byte == tag(hash) && self.cells[index].key.load(Acquire) == key {
                return Probe::Found(seat);
            }
            if byte & DELETED != 0 {
                vacant = vacant.or(Some(seat));
            }
            if byte == EMPTY {
                break;
            }
        }
        Probe::Vacant(vacant.expect("there is room"))
    }

    /// Claims the slot if its control is as it was.
    #[track_caller]
    fn claim(&self, seat: Seat) -> bool {
        let busy = self.next(seat.control, BUSY);
        let control = &self.cells[seat.index].control;
        control
            .compare_exchange(seat.control, busy, AcqRel, Relaxed)
            .is_ok()
    }

    /// Gives the claimed slot back.
    #[track_caller]
    fn release(&self, seat: Seat, byte: u8) {
        let after = self.next(self.next(seat.control, BUSY), byte);
        self.cells[seat.index].control.swap(after, AcqRel);
    }

    /// The lock that whoever puts in `key` holds from before the probe on.
    #[track_caller]
    pub fn lock(&self, key: u64) -> Option<MutexGuard<'_, ()>> {
        let stripe = &self.stripes[key as usize % STRIPES];
        (self.bug != Bug::LockFree).then(|| stripe.lock().unwrap())
    }

    /// Puts `key` into a slot that was vacant. Whether it still was.
    #[track_caller]
    pub fn fill(&self, seat: Seat, key: u64, value: u64) -> bool {
        if !self.claim(seat) {
            return false;
        }
        self.cells[seat.index].key.swap(key, Relaxed);
        self.cells[seat.index].value.swap(value, Relaxed);
        self.release(seat, tag((self.hash)(key)));
        true
    }

    /// Empties the slot in which a key was found; `Some` with its value, if the slot still was the same.
    #[track_caller]
    pub fn take(&self, seat: Seat) -> Option<u64> {
        if !self.claim(seat) {
            return None;
        }
        let value = self.cells[seat.index].value.load(Relaxed);
        self.release(seat, DELETED);
        Some(value)
    }

    /// The value of `key`.
    #[track_caller]
    pub fn get(&self, key: u64) -> Option<u64> {
        loop {
            let Probe::Found(seat) = self.probe(key) else {
                return None;
            };
            let cell = &self.cells[seat.index];
            let value = cell.value.load(Acquire);
            if cell.control.load(Acquire) == seat.control {
                return Some(value);
            }
        }
    }

    /// Sets the value of `key`; comes back with the one before.
    ///
    /// # Panics
    ///
    /// If it is new and the table is full.
    #[track_caller]
    pub fn insert(&self, key: u64, value: u64) -> Option<u64> {
        let _lock = self.lock(key);
        loop {
            match self.probe(key) {
                Probe::Found(seat) => {
                    if self.claim(seat) {
                        let before = self.cells[seat.index].value.swap(value, Relaxed);
                        self.release(seat, seat.control as u8);
                        return Some(before);
                    }
                }
                Probe::Vacant(seat) => {
                    if self.fill(seat, key, value) {
                        return None;
                    }
                }
            }
        }
    }

    /// Takes `key` out; comes back with its value.
    #[track_caller]
    pub fn remove(&self, key: u64) -> Option<u64> {
        loop {
            let Probe::Found(seat) = self.probe(key) else {
                return None;
            };
            if let Some(value) = self.take(seat) {
                return Some(value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::model::{MapOp, Shape, assert_agrees, assert_linearizable};
    use std::collections::BTreeMap;

    fn apply(map: &Concurrent, op: MapOp) -> Option<u64> {
        match op {
            MapOp::Get(key) => map.get(key),
            MapOp::Insert(key, value) => map.insert(key, value),
            MapOp::Remove(key) => map.remove(key),
        }
    }

    #[test]
    fn it_agrees_with_std() {
        for keys in [5, 30] {
            let map = Concurrent::new(32, |key| key << 56 | key & 3, Bug::None);
            assert_agrees((keys, 3_000, keys), |op| apply(&map, op), |_| ());
        }
    }

    #[test]
    fn it_is_linearizable() {
        let shape = Shape {
            strands: 3,
            calls: 8,
            keys: 3,
        };
        let make = || (Concurrent::new(4, |_| 0, Bug::None), BTreeMap::new());
        assert_linearizable(200, shape, make, apply);
    }
}
