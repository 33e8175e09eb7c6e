//! How a thread is to be spawned.

use super::park::{self, Parking};
use super::{JoinHandle, Scope, ScopedJoinHandle, Thread};
use crate::engine::strand::{self, Seed, Strand};
use crate::engine::{At, Op};
use std::fmt;
use std::io;
use std::sync::Arc;

/// [`std::thread::Builder`], whose threads are strands.
#[must_use = "must eventually spawn the thread"]
pub struct Builder {
    real: std::thread::Builder,
    /// std's builder does not give the name back, and the strand is to bear it.
    name: Option<String>,
}

/// The child's part of a spawn.
pub(super) struct Child {
    seed: Seed,
    parking: Arc<Parking>,
}

impl Child {
    /// Runs `body` as the strand, which ends with it, be it by a panic.
    pub(super) fn run<T>(self, body: impl FnOnce() -> T) -> T {
        park::adopt(self.parking);
        let _running = self.seed.start();
        body()
    }
}

impl Builder {
    /// A thread without a name, with the default stack.
    #[allow(clippy::new_without_default)] // std's has none
    pub fn new() -> Builder {
        Builder {
            real: std::thread::Builder::new(),
            name: None,
        }
    }

    /// Names the thread. Reports show the name too.
    ///
    /// A name with a null byte makes the spawn panic, as it does in std.
    pub fn name(mut self, name: String) -> Builder {
        self.real = self.real.name(name.clone());
        self.name = Some(name);
        self
    }

    /// Sets the stack size, in bytes.
    pub fn stack_size(mut self, size: usize) -> Builder {
        self.real = self.real.stack_size(size);
        self
    }

    /// Spawns the thread.
    ///
    /// # Errors
    ///
    /// If the system cannot create one.
    ///
    /// # Panics
    ///
    /// If the name has a null byte.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T,
        F: Send + 'static,
        T: Send + 'static,
    {
        // SAFETY: `f` and its result live as long as anything.
        unsafe { self.spawn_at(f, &At::here(&Op("thread::spawn"))) }
    }

    /// Spawns the thread, without a check that what `f` borrows lives long enough.
    ///
    /// # Safety
    ///
    /// As for [`std::thread::Builder::spawn_unchecked`]: the thread must be joined before anything
    /// that `f` or its result borrows ends.
    ///
    /// # Errors
    ///
    /// If the system cannot create a thread.
    ///
    /// # Panics
    ///
    /// If the name has a null byte.
    #[track_caller]
    pub unsafe fn spawn_unchecked<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T,
        F: Send,
        T: Send,
    {
        // SAFETY: the caller's promise is the same.
        unsafe { self.spawn_at(f, &At::here(&Op("thread::spawn_unchecked"))) }
    }

    /// Spawns the thread in `scope`.
    ///
    /// # Errors
    ///
    /// If the system cannot create one.
    ///
    /// # Panics
    ///
    /// If the name has a null byte.
    #[track_caller]
    pub fn spawn_scoped<'scope, 'env, F, T>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let (strand, child) = self.fork(&At::here(&Op("thread::spawn_scoped")));
        let parking = Arc::clone(&child.parking);
        let body = scope.body(child, f);
        let real = self.real.spawn_scoped(scope.real(), body)?;
        let thread = Thread::new(real.thread().clone(), parking);
        Ok(ScopedJoinHandle::new(real, thread, scope.adopt(strand)))
    }

    /// # Safety
    ///
    /// As for [`spawn_unchecked`](Self::spawn_unchecked).
    unsafe fn spawn_at<F, T>(self, f: F, at: &At) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        let (strand, child) = self.fork(at);
        let parking = Arc::clone(&child.parking);
        let body = move || child.run(f);
        // SAFETY: the caller's promise is the same; what else `body` holds borrows nothing.
        let real = unsafe { self.real.spawn_unchecked(body) }?;
        let thread = Thread::new(real.thread().clone(), parking);
        Ok(JoinHandle::new(real, thread, strand))
    }

    /// Where the real spawn fails, or panics, both parts are dropped: a strand that nobody will join
    /// and that never ran.
    fn fork(&self, at: &At) -> (Strand, Child) {
        let (strand, seed) = strand::fork(self.name.as_deref(), at);
        (
            strand,
            Child {
                seed,
                parking: Arc::default(),
            },
        )
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
