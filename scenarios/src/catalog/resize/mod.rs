//! Growing a hash table that others are using.

use crate::hidden::Slot;

pub mod bucket_claimed_twice;
pub mod compaction_loses_write;
pub mod delete_during_evacuation;
pub mod deleted_ring_overwritten;
pub mod grows_under_one_stripe;
pub mod growth_started_twice;
pub mod insert_into_evacuated;
pub mod misses_uncounted;
pub mod old_array_dropped;
pub mod promotion_keeps_dirty;
pub mod reader_helps_evacuate;
pub mod reader_holds_old_table;
pub mod reads_without_stripe;
pub mod rehash_during_lookup;
pub mod slot_outlives_lock;
pub mod store_to_expunged;
pub mod table_published_relaxed;
pub mod two_growers;

/// A table of plain slots, as the inside of a concurrent map has it; 0 is empty.
struct Table {
    slots: Box<[Slot<u64>]>,
}

impl Table {
    /// `capacity` empty slots.
    fn empty(capacity: usize) -> Self {
        Table {
            slots: (0..capacity).map(|_| Slot::new(0)).collect(),
        }
    }

    /// A table without an empty slot: slot `i` holds `i + 1`.
    fn full(capacity: usize) -> Self {
        Table {
            slots: (1..=capacity as u64).map(Slot::new).collect(),
        }
    }

    fn capacity(&self) -> usize {
        self.slots.len()
    }

    fn slot(&self, index: usize) -> &Slot<u64> {
        &self.slots[index]
    }
}
