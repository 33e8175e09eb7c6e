//! Fidge: a dynamic race detector for Rust.
//!
//! Change `use std::…` to `use fidge::…`, write `#[fidge::test]`, and run the tests with the feature
//! `detect`. Every happens-before race that a test's execution contains fails it, with a report that
//! shows both sides in full. Without the feature every name here *is* the one of `std`, `dashmap` or
//! `once_cell`, and nothing of Fidge is in the build.
//!
//! ```
//! use fidge::cell::UnsafeCell;
//! use fidge::sync::atomic::{AtomicBool, Ordering};
//! use fidge::thread;
//!
//! struct Slot {
//!     value: UnsafeCell<u64>,
//!     full: AtomicBool,
//! }
//! // SAFETY: the value is written before `full` is set, and read after.
//! unsafe impl Sync for Slot {}
//!
//! impl Slot {
//!     fn fill(&self, value: u64, order: Ordering) {
//!         // SAFETY: `full` is not set yet.
//!         self.value.with_mut(|slot| unsafe { *slot = value });
//!         self.full.store(true, order);
//!     }
//!
//!     fn wait(&self) -> u64 {
//!         while !self.full.load(Ordering::Acquire) {
//!             thread::yield_now();
//!         }
//!         // SAFETY: `full` is set.
//!         self.value.with(|slot| unsafe { *slot })
//!     }
//! }
//!
//! /// One thread fills the slot, the other waits for it.
//! fn hand_over(order: Ordering) -> fidge::Report {
//!     let slot = Slot { value: UnsafeCell::new(0), full: AtomicBool::new(false) };
//!     fidge::check(|| {
//!         thread::scope(|scope| {
//!             scope.spawn(|| slot.fill(7, order));
//!             assert_eq!(slot.wait(), 7);
//!         })
//!     })
//! }
//!
//! assert!(hand_over(Ordering::Release).is_clean());
//! # // Undefined behaviour, so it is only done where it is caught.
//! # #[cfg(all(feature = "detect", target_arch = "x86_64"))]
//! assert_eq!(hand_over(Ordering::Relaxed).races().len(), 1);
//! ```
//!
//! # Where to go
//!
//! * [`macro@test`] and [`check`] run code as a session; a whole process is one otherwise.
//! * [`Report`], [`Race`], [`Access`]: what was found, as data, as text and as JSON.
//! * [`thread`], [`sync`], [`collections`], [`task`] mirror `std`, path for path; `fidge::dashmap` and
//!   `fidge::once_cell` are there with the features of those names.
//! * [`cell::UnsafeCell`] is what shared memory behind raw pointers goes into.
//! * [`hb`] tells of synchronisation that Fidge cannot see.
//!
//! # Features
//!
//! | feature | |
//! |---|---|
//! | `detect` | turns detection on; it is the application's to enable, and a library forwards it |
//! | `dashmap` | mirrors `dashmap` 6 as `fidge::dashmap` |
//! | `once_cell` | mirrors `once_cell` as `fidge::once_cell` |

#[doc(hidden)]
#[path = "backend/mod.rs"]
pub mod __backend;
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod allow_race;
#[cfg(feature = "detect")]
#[doc(hidden)]
pub mod analysis;
mod atomic_scope;
#[cfg(any(feature = "detect", not(feature = "__loom")))]
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
#[cfg(feature = "detect")]
mod value;

#[cfg(all(not(feature = "detect"), feature = "__loom"))]
pub use __backend::cell;
#[cfg(all(not(feature = "detect"), feature = "dashmap"))]
pub use __backend::dashmap;
#[cfg(not(feature = "detect"))]
pub use __backend::{collections, sync, thread};
pub use __backend::{hint, thread_local};
#[cfg(all(not(feature = "detect"), feature = "once_cell"))]
pub use ::once_cell;
pub use check::{check, check_pedantic};
pub use fidge_macros::{atomic, test};
pub use report::{Access, Kind, Race, Report, Severity};
