//! `std::sync::Condvar`.

use super::held::Held;
use super::{MutexGuard, poison};
use crate::engine::{At, LockVar, Mode, Op, has_waited, waits};
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync;
use std::sync::{LockResult, WaitTimeoutResult};
use std::time::Duration;

/// [`std::sync::Condvar`]. A wait gives the mutex back and takes it again, and these are all its
/// edges: a notification orders nothing, as it may be spurious.
#[derive(Default)]
pub struct Condvar {
    real: sync::Condvar,
}

impl UnwindSafe for Condvar {}
impl RefUnwindSafe for Condvar {}

impl Condvar {
    /// See [`std::sync::Condvar::new`].
    #[inline]
    #[must_use]
    pub const fn new() -> Condvar {
        Condvar {
            real: sync::Condvar::new(),
        }
    }

    /// See [`std::sync::Condvar::wait`].
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let at = At::here(&Op("Condvar::wait"));
        let (lock, guard) = MutexGuard::release(guard, &at);
        let result = until_locked(lock, &at, || self.real.wait(guard));
        poison::map(result, |real| woken(lock, real, at))
    }

    /// See [`std::sync::Condvar::wait_while`].
    #[track_caller]
    pub fn wait_while<'a, T, F>(
        &self,
        guard: MutexGuard<'a, T>,
        condition: F,
    ) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = At::here(&Op("Condvar::wait_while"));
        let (lock, guard) = MutexGuard::release(guard, &at);
        let condition = engine_aware(lock, &at, condition);
        let result = until_locked(lock, &at, || self.real.wait_while(guard, condition));
        poison::map(result, |real| woken(lock, real, at))
    }

    /// See [`std::sync::Condvar::wait_timeout_ms`].
    #[track_caller]
    #[deprecated(
        since = "1.6.0",
        note = "replaced by `std::sync::Condvar::wait_timeout`"
    )]
    pub fn wait_timeout_ms<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        ms: u32,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let result = self.wait_timeout(guard, Duration::from_millis(ms.into()));
        poison::map(result, |(guard, outcome)| (guard, !outcome.timed_out()))
    }

    /// See [`std::sync::Condvar::wait_timeout`].
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        dur: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let at = At::here(&Op("Condvar::wait_timeout"));
        let (lock, guard) = MutexGuard::release(guard, &at);
        let result = until_locked(lock, &at, || self.real.wait_timeout(guard, dur));
        poison::map(result, |(real, outcome)| (woken(lock, real, at), outcome))
    }

    /// See [`std::sync::Condvar::wait_timeout_while`].
    #[track_caller]
    pub fn wait_timeout_while<'a, T, F>(
        &self,
        guard: MutexGuard<'a, T>,
        dur: Duration,
        condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = At::here(&Op("Condvar::wait_timeout_while"));
        let (lock, guard) = MutexGuard::release(guard, &at);
        let condition = engine_aware(lock, &at, condition);
        let result = until_locked(lock, &at, || {
            self.real.wait_timeout_while(guard, dur, condition)
        });
        poison::map(result, |(real, outcome)| (woken(lock, real, at), outcome))
    }

    /// See [`std::sync::Condvar::notify_one`].
    #[inline]
    #[track_caller]
    pub fn notify_one(&self) {
        self.real.notify_one();
    }

    /// See [`std::sync::Condvar::notify_all`].
    #[inline]
    #[track_caller]
    pub fn notify_all(&self) {
        self.real.notify_all();
    }
}

/// The guard with which a wait ends. What was waited for is a message, though only the mutex orders it.
fn woken<'a, T>(
    lock: &'a LockVar,
    real: std::sync::MutexGuard<'a, T>,
    at: At,
) -> MutexGuard<'a, T> {
    let guard = MutexGuard::new(lock, real, at);
    has_waited();
    guard
}

/// However a wait ends, it ends with the mutex: what else the strand holds it keeps until it gets that.
#[track_caller]
fn until_locked<R>(lock: &LockVar, at: &At, wait: impl FnOnce() -> R) -> R {
    // When the wait begins the mutex is still the strand's own.
    waits::wait(&lock.request(Mode::Exclusive, at), || true, wait)
}

/// std's loops call the condition with the lock held and wait in between. So for the engine the
/// lock is taken when `condition` is entered and given back when it is left, by a panic as well:
/// `Held` goes while std's guard, further up the stack, is still there.
fn engine_aware<T>(
    lock: &LockVar,
    at: &At,
    mut condition: impl FnMut(&mut T) -> bool,
) -> impl FnMut(&mut T) -> bool {
    move |value| {
        let _held = Held::new(lock, Mode::Exclusive, at.with_op(at.op), at.op);
        condition(value)
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
