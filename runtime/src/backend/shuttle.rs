//! shuttle: random schedules, all memory orders as `SeqCst`, and no check for data races.
//!
//! Its types are std's in name and signature, `thread::scope` and DashMap (one lock around one
//! `HashMap`) included. What it has not is made from them: [`super::once`].

pub use ::shuttle::{hint, thread_local};
#[cfg(feature = "dashmap")]
pub use ::shuttle_dashmap as dashmap;
pub use std::collections;

use ::shuttle::scheduler::RandomScheduler;
use ::shuttle::{Config, FailurePersistence, Runner};

/// Whether a tool runs the program's threads one at a time, again and again.
pub const EXPLORES: bool = true;

/// How many executions a run is: the number in the first example of its manual.
const EXECUTIONS: usize = 100;

/// Runs `program` under that many random schedules, or until one fails.
///
/// # Panics
///
/// When an execution does, or comes to a deadlock.
pub fn explore(seed: u64, program: impl Fn() + Send + Sync + 'static) {
    let mut config = Config::new();
    config.stack_size = 1 << 20;
    config.silence_warnings = true;
    config.failure_persistence = FailurePersistence::None;
    let scheduler = RandomScheduler::new_from_seed(seed, EXECUTIONS);
    Runner::new(scheduler, config).run(program);
}

/// An occasion for the tool to run another thread.
pub fn switch() {
    ::shuttle::thread::yield_now();
}

/// `std::thread`.
pub mod thread {
    pub use ::shuttle::thread::*;
    pub use std::thread::{Result, available_parallelism, panicking};
}

/// `std::sync`.
pub mod sync {
    pub use super::super::once::{LazyLock, OnceLock};
    pub use ::shuttle::sync::*;

    /// `std::sync::atomic`.
    pub mod atomic {
        pub use ::shuttle::sync::atomic::*;
    }
}
