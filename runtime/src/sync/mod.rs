//! Mirror of `std::sync`.

pub mod atomic;
pub use std::sync::*;
