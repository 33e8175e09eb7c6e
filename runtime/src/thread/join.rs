//! The handle of a spawned thread.

use super::{Result, Thread};
use crate::engine::strand::Strand;
use crate::engine::{At, Op};
use std::fmt;

/// [`std::thread::JoinHandle`], which joins the strand too. Dropping it detaches the thread.
pub struct JoinHandle<T> {
    real: std::thread::JoinHandle<T>,
    thread: Thread,
    strand: Strand,
}

impl<T> JoinHandle<T> {
    pub(super) fn new(
        real: std::thread::JoinHandle<T>,
        thread: Thread,
        strand: Strand,
    ) -> JoinHandle<T> {
        JoinHandle {
            real,
            thread,
            strand,
        }
    }

    /// The thread.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Waits for the thread to finish; `Err` with what it panicked with. All that the thread did
    /// happens before the return.
    ///
    /// # Errors
    ///
    /// The payload, if the thread panicked.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        let at = At::here(&Op("JoinHandle::join"));
        let result = self.real.join();
        self.strand.join(&at);
        result
    }

    /// Whether the thread's body has finished.
    ///
    /// This orders nothing. std promises no more than that a `join` will not block for long, and
    /// reads a reference count with a relaxed load: a program that takes `true` for leave to touch
    /// what the thread wrote, without a `join`, has a data race, if one that x86 forgives.
    pub fn is_finished(&self) -> bool {
        self.real.is_finished()
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

/// `into_pthread_t` detaches the strand: a `pthread_join` is not seen.
#[cfg(unix)]
impl<T> std::os::unix::thread::JoinHandleExt for JoinHandle<T> {
    fn as_pthread_t(&self) -> std::os::unix::thread::RawPthread {
        self.real.as_pthread_t()
    }

    fn into_pthread_t(self) -> std::os::unix::thread::RawPthread {
        self.real.into_pthread_t()
    }
}
