//! A value that is back, and what it no longer stands for.

pub mod slot_reused_by_tag;
pub mod tombstone_reused;
pub mod write_count_wraps;
