//! Whole-system tests of Fidge; the tests themselves stand beside this file, and the programs that
//! some of them run as processes of their own in `programs`. Here is what these share.

pub mod run;
mod shared;

pub use shared::{Shared, Turns};
