//! Walking over a map that others write to.

pub mod iterator_during_evacuation;
pub mod same_size_growth_under_iterator;
