//! `std::sync::Once`, and the edges that it shares with `OnceLock` and `LazyLock`.

use crate::engine::{At, Op, SyncVar};
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync;
use std::sync::OnceState;

/// The clock of something that is initialised once.
#[derive(Debug, Default)]
pub(super) struct OnceVar {
    clock: SyncVar,
}

impl OnceVar {
    pub(super) const fn new() -> Self {
        OnceVar {
            clock: SyncVar::new(),
        }
    }

    /// Runs an initialiser, inside the real one's call. When it ends, by a panic as well, its past
    /// happens before whoever finds it complete, and before the next attempt if it failed.
    pub(super) fn initialise<R>(&self, at: &At, f: impl FnOnce() -> R) -> R {
        struct End<'a>(&'a SyncVar, &'a At);
        impl Drop for End<'_> {
            fn drop(&mut self) {
                self.0.release(self.1);
            }
        }
        self.clock.acquire(at);
        let _end = End(&self.clock, at);
        f()
    }

    /// The current strand found the initialisation complete.
    #[inline]
    pub(super) fn completed(&self, at: &At) {
        self.clock.acquire(at);
    }

    /// Runs `f`, which ends when the initialisation has: complete, or poisoned, which is learnt by
    /// a panic.
    #[inline]
    pub(super) fn settled<R>(&self, at: &At, f: impl FnOnce() -> R) -> R {
        struct Settled<'a>(&'a OnceVar, &'a At);
        impl Drop for Settled<'_> {
            fn drop(&mut self) {
                self.0.completed(self.1);
            }
        }
        let _settled = Settled(self, at);
        f()
    }
}

/// [`std::sync::Once`]: the initialiser's past happens before whoever finds it complete.
pub struct Once {
    var: OnceVar,
    real: sync::Once,
}

impl UnwindSafe for Once {}
impl RefUnwindSafe for Once {}

/// See [`std::sync::ONCE_INIT`].
#[deprecated(since = "1.38.0", note = "the `Once::new()` function is now preferred")]
#[expect(clippy::declare_interior_mutable_const, reason = "std's")]
pub const ONCE_INIT: Once = Once::new();

#[expect(clippy::new_without_default, reason = "std's has none")]
impl Once {
    /// See [`std::sync::Once::new`].
    #[inline]
    #[must_use]
    pub const fn new() -> Once {
        Once {
            var: OnceVar::new(),
            real: sync::Once::new(),
        }
    }

    /// See [`std::sync::Once::call_once`].
    #[inline]
    #[track_caller]
    pub fn call_once<F>(&self, f: F)
    where
        F: FnOnce(),
    {
        let at = At::here(&Op("Once::call_once"));
        self.var
            .settled(&at, || self.real.call_once(|| self.var.initialise(&at, f)));
    }

    /// See [`std::sync::Once::call_once_force`].
    #[inline]
    #[track_caller]
    pub fn call_once_force<F>(&self, f: F)
    where
        F: FnOnce(&OnceState),
    {
        let at = At::here(&Op("Once::call_once_force"));
        self.var.settled(&at, || {
            self.real
                .call_once_force(|state| self.var.initialise(&at, || f(state)));
        });
    }

    /// See [`std::sync::Once::is_completed`].
    #[inline]
    #[track_caller]
    pub fn is_completed(&self) -> bool {
        let completed = self.real.is_completed();
        if completed {
            self.var.completed(&At::here(&Op("Once::is_completed")));
        }
        completed
    }

    /// See [`std::sync::Once::wait`].
    #[track_caller]
    pub fn wait(&self) {
        let at = At::here(&Op("Once::wait"));
        self.var.settled(&at, || self.real.wait());
    }

    /// See [`std::sync::Once::wait_force`].
    #[track_caller]
    pub fn wait_force(&self) {
        let at = At::here(&Op("Once::wait_force"));
        self.var.settled(&at, || self.real.wait_force());
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
