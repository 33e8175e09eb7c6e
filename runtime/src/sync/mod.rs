//! Synchronisation: [`std::sync`] as of Rust 1.88, path for path, with the engine's edges.
//!
//! Every type here is std's own with a clock beside it, and every operation is std's own with an
//! acquire or a release at its right side: a release *before* the real operation lets others in, an
//! acquire *after* the real operation took effect. What the program computes, where it blocks and
//! when it panics or poisons is std's doing.
//!
//! Two exceptions, because std does not tell which operations met each other: [`Barrier`] (which
//! arrivals make up a round) and [`mpsc::sync_channel`] (which receive made room for which send)
//! are written out over std's `Mutex` and `Condvar`.

mod arc;
pub mod atomic;
mod barrier;
mod condvar;
mod held;
mod lazy_lock;
pub mod mpsc;
mod mutex;
mod once;
mod once_lock;
mod poison;
mod rwlock;

pub use arc::{Arc, Weak};
pub use barrier::{Barrier, BarrierWaitResult};
pub use condvar::Condvar;
pub use lazy_lock::LazyLock;
pub use mutex::{Mutex, MutexGuard};
#[expect(deprecated, reason = "std still has it")]
pub use once::ONCE_INIT;
pub use once::Once;
pub use once_lock::OnceLock;
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use std::sync::{
    LockResult, OnceState, PoisonError, TryLockError, TryLockResult, WaitTimeoutResult,
};
