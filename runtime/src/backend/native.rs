//! No other tool: std and dashmap themselves, on the machine's own threads.

#[cfg(feature = "dashmap")]
pub use ::dashmap;
pub use std::{collections, hint, sync, thread, thread_local};

/// Whether a tool runs the program's threads one at a time, again and again.
pub const EXPLORES: bool = false;

/// Runs `program`, once.
pub fn explore(_seed: u64, program: impl Fn() + Send + Sync + 'static) {
    program();
}

/// An occasion for the tool to run another thread: here, the machine needs none.
pub fn switch() {}
