//! References into a [`DashMap`](super::DashMap). Each locks its shard, and holds its key, while it
//! lives.

pub mod entry;
mod mapped;
pub mod multiple;
pub mod one;
