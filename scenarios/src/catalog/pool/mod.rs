//! Memory that is used again while somebody still has it.

pub mod recycled_while_pinned;
pub mod zeroed_too_late;
