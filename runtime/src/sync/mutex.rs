//! `std::sync::Mutex`.

use super::held::Held;
use super::poison;
use crate::engine::{At, LockVar, Mode, Op, waits};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync;
use std::sync::{LockResult, TryLockError, TryLockResult};

/// [`std::sync::Mutex`]: what one holder did happens before what the next one does.
///
/// `get_mut` and `into_inner` tell the engine nothing: the exclusive borrow is handed from strand to
/// strand by something else, which carries the order.
pub struct Mutex<T: ?Sized> {
    lock: LockVar,
    real: sync::Mutex<T>,
}

impl<T: ?Sized> UnwindSafe for Mutex<T> {}
impl<T: ?Sized> RefUnwindSafe for Mutex<T> {}

/// [`std::sync::MutexGuard`].
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized + 'a> {
    held: Held<'a>,
    real: sync::MutexGuard<'a, T>,
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    #[inline]
    pub(super) fn new(lock: &'a LockVar, real: sync::MutexGuard<'a, T>, at: At) -> Self {
        let held = Held::new(lock, Mode::Exclusive, at, &Op("MutexGuard::drop"));
        MutexGuard { held, real }
    }

    /// For `Condvar`: the engine is told that `at` gives the lock back; what is left is std's guard.
    #[inline]
    pub(super) fn release(this: Self, at: &At) -> (&'a LockVar, sync::MutexGuard<'a, T>) {
        (this.held.release(at), this.real)
    }
}

impl<T> Mutex<T> {
    /// See [`std::sync::Mutex::new`].
    #[inline]
    pub const fn new(t: T) -> Mutex<T> {
        Mutex {
            lock: LockVar::new(),
            real: sync::Mutex::new(t),
        }
    }
}

impl<T: ?Sized> Mutex<T> {
    /// See [`std::sync::Mutex::lock`].
    #[inline]
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        let at = At::here(&Op("Mutex::lock"));
        let real = match self.real.try_lock() {
            Ok(real) => Ok(real),
            Err(TryLockError::Poisoned(poisoned)) => Err(poisoned),
            Err(TryLockError::WouldBlock) => self.wait(&at),
        };
        self.lock.came_after_waiting(Mode::Exclusive, &at);
        poison::map(real, |real| MutexGuard::new(&self.lock, real, at))
    }

    #[cold]
    #[track_caller]
    fn wait(&self, at: &At) -> LockResult<sync::MutexGuard<'_, T>> {
        let request = self.lock.request(Mode::Exclusive, at);
        let granted = || !matches!(self.real.try_lock(), Err(TryLockError::WouldBlock));
        waits::wait(&request, granted, || self.real.lock())
    }

    /// See [`std::sync::Mutex::try_lock`].
    #[inline]
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let at = At::here(&Op("Mutex::try_lock"));
        poison::try_map(self.real.try_lock(), |real| {
            MutexGuard::new(&self.lock, real, at)
        })
    }

    /// See [`std::sync::Mutex::is_poisoned`].
    #[inline]
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        self.real.is_poisoned()
    }

    /// See [`std::sync::Mutex::clear_poison`].
    #[inline]
    #[track_caller]
    pub fn clear_poison(&self) {
        self.real.clear_poison();
    }

    /// See [`std::sync::Mutex::into_inner`].
    #[track_caller]
    pub fn into_inner(self) -> LockResult<T>
    where
        T: Sized,
    {
        self.real.into_inner()
    }

    /// See [`std::sync::Mutex::get_mut`].
    #[track_caller]
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.real.get_mut()
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(t: T) -> Self {
        Mutex::new(t)
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Mutex<T> {
        Mutex::new(Default::default())
    }
}

// Not std's: it takes the lock to read the value, and the engine has to know.
impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut d = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => d.field("data", &&*guard),
            Err(TryLockError::Poisoned(err)) => d.field("data", &&**err.get_ref()),
            Err(TryLockError::WouldBlock) => d.field("data", &"<locked>"),
        };
        d.field("poisoned", &self.is_poisoned());
        d.finish_non_exhaustive()
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.held.looks::<T>();
        &self.real
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.held.writes::<T>();
        &mut self.real
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
