//! Locks that are there and do not protect.

pub mod moves_under_read_lock;
pub mod try_lock_ignored;
pub mod unlocked_before_last_use;
pub mod wrong_lock;
