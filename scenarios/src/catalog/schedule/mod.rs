//! Races that some schedules hide, because they happen to order the pair.

pub mod ordered_by_luck;
