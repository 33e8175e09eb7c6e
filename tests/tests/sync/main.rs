//! `fidge::sync` behaves as `std::sync`, whether detection is on or off, and has all of it.

mod api;
mod arc;
mod barrier;
mod channel;
mod condvar;
mod mutex;
mod once;
mod rwlock;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// Runs `f`, which must panic, and tells with what message.
pub fn panic_message<R>(f: impl FnOnce() -> R) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f))
        .map(drop)
        .expect_err("no panic");
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => payload.downcast::<&str>().expect("a message").to_string(),
    }
}

/// Counts its drops.
pub struct Counted<'a>(pub &'a AtomicUsize);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}
