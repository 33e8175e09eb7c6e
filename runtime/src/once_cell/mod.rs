//! Mirror of [`once_cell`], with its default features.
//!
//! Programs synchronise through these cells: the end of the initialiser happens before every
//! access that sees the value. [`unsync`] cannot be shared between threads and is upstream's own.

pub mod race;
pub mod sync;
pub use ::once_cell::unsync;
