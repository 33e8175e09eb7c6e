//! What was read decides what is written, and is no longer so when it is.

pub mod balances_then_transfer;
pub mod colliding_key;
pub mod contains_then_insert;
pub mod double_initialisation;
pub mod field_changed;
pub mod flag_checked_then_set;
pub mod get_then_insert;
pub mod get_then_remove;
pub mod last_subscriber;
pub mod load_then_store;
pub mod lock_released_between;
pub mod no_second_look;
pub mod refresh_started_twice;
pub mod session_loaded_twice;
pub mod set_contains_then_insert;
pub mod stale_cache_fill;
pub mod text_appended;
