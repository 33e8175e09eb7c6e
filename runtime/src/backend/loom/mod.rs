//! loom: every interleaving, as far as the bounds go, and happens-before over its own cells.
//!
//! Its types are re-exported where they match std's. What it has not is made from what it has, as simply
//! as is sound: a shim may order more than std does, which can hide a race, and never less, which would
//! invent one. What cannot be made that way panics with [`unsupported`], and the program is told to be
//! out of the tool's reach.

mod arc;
pub mod cell;
mod condvar;
#[cfg(feature = "dashmap")]
pub mod dashmap;
pub mod mpsc;
mod scope;

pub use ::loom::{hint, thread_local};
pub use std::collections;

use ::loom::model::Builder;
use std::time::Duration;

/// Whether a tool runs the program's threads one at a time, again and again.
pub const EXPLORES: bool = true;

/// Of an exploration. loom's manual recommends two or three preemptions.
const PREEMPTIONS: usize = 2;
const BRANCHES: usize = 50_000;
const TIME: Duration = Duration::from_secs(2);

/// Explores `program`, or ends the process at the first execution that panics, deadlocks or violates
/// causality, with that panic's message and status 101.
pub fn explore(_seed: u64, program: impl Fn() + Send + Sync + 'static) {
    let say = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        say(panic);
        // Not by unwinding: loom's other threads may borrow from the one that panics.
        std::process::exit(101);
    }));
    let mut model = Builder::new();
    model.preemption_bound = Some(PREEMPTIONS);
    model.max_branches = BRANCHES;
    model.max_duration = Some(TIME);
    model.checkpoint_interval = 1; // how often it looks at the time
    model.location = true;
    model.check(program);
}

/// An occasion for the tool to run another thread: loom takes every one by itself.
pub fn switch() {}

/// Gives up on a program that needs `what`.
fn unsupported(what: &str) -> ! {
    panic!("it uses {what}, which loom has not");
}

/// `std::thread`.
pub mod thread {
    pub use super::scope::{Scope, ScopedJoinHandle, scope};
    pub use ::loom::thread::*;
    pub use std::thread::{Result, available_parallelism};
    use std::time::Duration;

    /// Others go first: loom has no time.
    pub fn sleep(_: Duration) {
        yield_now();
    }

    /// Returns at once, as from a spurious wake-up.
    pub fn park_timeout(_: Duration) {
        yield_now();
    }
}

/// `std::sync`.
pub mod sync {
    pub use super::super::once::{LazyLock, OnceLock};
    pub use super::arc::{Arc, Weak};
    pub use super::condvar::{Barrier, BarrierWaitResult, Condvar, Once};
    pub use super::mpsc;
    pub use ::loom::sync::{
        LockResult, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockResult,
    };
    pub use std::sync::{PoisonError, TryLockError};

    /// `std::sync::atomic`.
    pub mod atomic {
        pub use ::loom::sync::atomic::*;
        pub use std::sync::atomic::compiler_fence;
    }
}
