//! The table behind a reader-writer lock of its own.

use super::Bug;
use super::table::Table;
use fidge::sync::RwLock;

/// A table that claims to need no locks of its callers'.
pub struct Guarded {
    table: Table,
    lock: RwLock<()>,
    bug: Bug,
}

impl Guarded {
    /// An empty table.
    pub fn new(hash: fn(u64) -> u64, bug: Bug) -> Self {
        Guarded {
            table: Table::new(hash),
            lock: RwLock::new(()),
            bug,
        }
    }

    /// The value of `key`.
    #[track_caller]
    pub fn get(&self, key: u64) -> Option<u64> {
        self.get_pausing(key, || ())
    }

    /// As [`get`](Self::get), with a pause between the finding of the slot and the reading of the value.
    #[track_caller]
    pub fn get_pausing(&self, key: u64, pause: impl FnOnce()) -> Option<u64> {
        let lock = self.lock.read().unwrap();
        let seat = self.table.find(key);
        let _lock = (self.bug != Bug::SeatOutlivesLock).then_some(lock);
        pause();
        Some(self.table.value(seat?))
    }

    /// Sets the value of `key`; comes back with the one before.
    #[track_caller]
    pub fn insert(&self, key: u64, value: u64) -> Option<u64> {
        let _lock = self.lock.write().unwrap();
        self.table.insert(key, value)
    }

    /// Takes `key` out; comes back with its value.
    #[track_caller]
    pub fn remove(&self, key: u64) -> Option<u64> {
        let _lock = self.lock.write().unwrap();
        self.table.remove(key)
    }

    /// Clears tombstones away.
    #[track_caller]
    pub fn tidy(&self) {
        if self.bug == Bug::RehashShared {
            let _lock = self.lock.read().unwrap();
            self.table.rehash_in_place();
        } else {
            let _lock = self.lock.write().unwrap();
            self.table.rehash_in_place();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::model::{MapOp, Shape, assert_linearizable};
    use std::collections::BTreeMap;

    #[test]
    fn it_is_linearizable() {
        let shape = Shape {
            strands: 3,
            calls: 8,
            keys: 9,
        };
        let make = || (Guarded::new(|key| key, Bug::None), BTreeMap::new());
        assert_linearizable(100, shape, make, |table, op| match op {
            MapOp::Get(key) => {
                table.tidy();
                table.get(key)
            }
            MapOp::Insert(key, value) => table.insert(key, value),
            MapOp::Remove(key) => table.remove(key),
        });
    }
}
