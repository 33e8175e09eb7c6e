//! Single operations on a concurrent map whose order the program leaves to chance.

pub mod insert_and_len;
pub mod insert_and_remove;
pub mod two_inserts;
