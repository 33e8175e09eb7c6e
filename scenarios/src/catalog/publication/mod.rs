//! Handing data over by an atomic that does not carry it.

pub mod cut_release_sequence;
pub mod double_checked_init;
pub mod flag_before_data;
