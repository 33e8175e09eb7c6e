//! A record that is never changed but replaced: readers take the current one, writers publish
//! another by comparing and exchanging its address, which here is an index of an arena.

use super::freelist::FreeList;
use super::pins::Pins;
use super::tagged::{Tag, Tagged, View};
use fidge::sync::atomic::{AtomicU64, Ordering};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A record that was replaced is freed at once, pinned or not.
    FreedWhilePinned,
}

/// The current record and its arena.
pub struct Published {
    current: Tagged,
    records: Box<[AtomicU64]>,
    arena: FreeList,
    pins: Pins,
    bug: Option<Bug>,
}

/// What was current, and room for what shall be.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    current: View,
    room: u32,
    /// What the record says.
    pub record: u64,
}

impl Published {
    /// `record` is current, and there is room for `capacity` records, it among them.
    pub fn new(record: u64, capacity: u32, bug: Option<Bug>) -> Self {
        let arena = FreeList::new(capacity, None);
        let records = (0..capacity).map(|_| AtomicU64::new(record)).collect();
        Published {
            current: Tagged::new(arena.alloc(), Tag::None),
            records,
            arena,
            pins: Pins::new(),
            bug,
        }
    }

    /// The current record.
    #[track_caller]
    pub fn get(&self) -> u64 {
        self.pins.pin();
        let record = self.record(self.current.load(Ordering::Acquire));
        self.pins.unpin();
        record
    }

    #[track_caller]
    fn record(&self, current: View) -> u64 {
        let index = current.index().unwrap_or_default();
        self.records[index as usize].load(Ordering::Acquire)
    }

    /// The current record, and room for another. Pins the caller, who must [publish](Self::publish);
    /// `None` if there is no room.
    #[track_caller]
    pub fn look(&self) -> Option<Look> {
        let room = self.arena.alloc()?;
        self.pins.pin();
        let current = self.current.load(Ordering::Acquire);
        let record = self.record(current);
        Some(Look {
            current,
            room,
            record,
        })
    }

    /// Publishes `record` if what was seen is still current; whether it was. Unpins the caller.
    #[track_caller]
    pub fn publish(&self, seen: Look, record: u64) -> bool {
        self.records[seen.room as usize].store(record, Ordering::Release);
        let published = self
            .current
            .swing(seen.current, Some(seen.room), Ordering::AcqRel);
        self.pins.unpin();
        let Some(replaced) = seen.current.index().filter(|_| published) else {
            self.arena.free(seen.room);
            return false;
        };
        if self.bug == Some(Bug::FreedWhilePinned) {
            self.arena.free(replaced);
        } else {
            for index in self.pins.retire(replaced) {
                self.arena.free(index);
            }
        }
        true
    }
}
