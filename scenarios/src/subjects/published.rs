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

/// What was current.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    current: View,
    /// What the record says.
    pub record: u64,
}

impl Published {
    /// `record` is current, and there is room for `capacity` records, it among them.
    pub fn new(record: u64, capacity: u32, bug: Option<Bug>) -> Self {
        let arena = FreeList::new(capacity, None);
        let records: Box<[_]> = (0..capacity).map(|_| AtomicU64::new(record)).collect();
        Published {
            current: Tagged::new(arena.alloc(), Tag::None),
            records,
            arena,
            pins: Pins::new(),
            bug,
        }
    }

    /// Pins the caller and looks at the current record. What publishes unpins.
    #[track_caller]
    pub fn look(&self) -> Look {
        self.pins.pin();
        let current = self.current.load(Ordering::Acquire);
        let record =
            self.records[current.index().unwrap_or_default() as usize].load(Ordering::Acquire);
        Look { current, record }
    }

    /// Publishes `record` if what was seen is still current; whether it was. Unpins the caller.
    ///
    /// # Panics
    ///
    /// If there is no room for the record.
    #[track_caller]
    pub fn publish(&self, seen: Look, record: u64) -> bool {
        let Some(new) = self.arena.alloc() else {
            panic!("the arena is too small")
        };
        self.records[new as usize].store(record, Ordering::Release);
        let published = self
            .current
            .swing(seen.current, Some(new), Ordering::AcqRel);
        let unused = if published {
            seen.current.index()
        } else {
            Some(new)
        };
        self.pins.unpin();
        if let Some(unused) = unused {
            match self.bug {
                Some(Bug::FreedWhilePinned) => self.arena.free(unused),
                None => self.pins.retire(unused, |unused| self.arena.free(unused)),
            }
        }
        published
    }
}
