//! A `HashMap` that several threads reach without what its contract asks of them.

pub mod clear_during_get;
pub mod iterate_during_insert;
pub mod len_during_insert;
pub mod read_during_write;
pub mod two_locks;
pub mod write_under_read_lock;
pub mod write_write;
