//! An iterator, or a size, that what another strand did meanwhile has overtaken.

pub mod iterator_during_evacuation;
pub mod numbered_by_len;
pub mod over_capacity;
pub mod renamed_key;
pub mod same_size_growth_under_iterator;
pub mod sum_during_transfer;
pub mod two_admins;
