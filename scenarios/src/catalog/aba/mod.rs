//! A word that is what it was, though what it stood for is not.

pub mod deque_top_without_tag;
pub mod dirty_bit_beside_pointer;
pub mod free_list_pop;
pub mod freed_while_pinned;
pub mod handle_without_generation;
pub mod hazard_pointer_too_late;
pub mod lru_victim_reused;
pub mod queue_head_recycled;
pub mod reaped_after_reinsertion;
pub mod recycled_bucket;
pub mod ring_sequence_wraps;
pub mod slot_reused_by_tag;
pub mod tag_that_wraps;
pub mod tombstone_reused;
pub mod treiber_pop;
pub mod write_count_wraps;
