//! Fidge: a dynamic race detector for Rust.
//!
//! Change `use std::…` to `use fidge::…`, write `#[fidge::test]`, and run the tests with the feature
//! `detect`. Without the feature every name here *is* the one of `std`, `dashmap` or `once_cell`.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
#[cfg(feature = "detect")]
#[doc(hidden)]
pub mod analysis;
pub mod cell;
mod check;
#[cfg(feature = "detect")]
pub mod collections;
#[cfg(all(feature = "detect", feature = "dashmap"))]
pub mod dashmap;
#[cfg(feature = "detect")]
#[doc(hidden)]
pub mod engine;
pub mod hb;
#[cfg(all(feature = "detect", feature = "once_cell"))]
pub mod once_cell;
#[cfg(feature = "detect")]
mod options;
#[cfg(feature = "detect")]
mod process;
pub mod report;
#[cfg(feature = "detect")]
#[doc(hidden)]
pub mod stack;
#[cfg(feature = "detect")]
pub mod sync;
pub mod task;
#[cfg(feature = "detect")]
pub mod thread;
#[cfg(feature = "detect")]
#[doc(hidden)]
pub mod trace;

#[cfg(all(not(feature = "detect"), feature = "dashmap"))]
pub use ::dashmap;
#[cfg(all(not(feature = "detect"), feature = "once_cell"))]
pub use ::once_cell;
pub use check::check;
pub use fidge_macros::test;
pub use report::{Access, Kind, Race, Report, Severity};
#[cfg(not(feature = "detect"))]
pub use std::{collections, sync, thread};
pub use std::{hint, thread_local};
