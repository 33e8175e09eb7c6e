//! `std::sync::RwLock`.

use super::held::Held;
use super::poison;
use crate::engine::{At, LockVar, Mode, Op, waits};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync;
use std::sync::{LockResult, TryLockError, TryLockResult};

/// [`std::sync::RwLock`]: a writer's past happens before whoever holds the lock next; a reader's
/// before the next writer, and before no other reader.
pub struct RwLock<T: ?Sized> {
    lock: LockVar,
    real: sync::RwLock<T>,
}

impl<T: ?Sized> UnwindSafe for RwLock<T> {}
impl<T: ?Sized> RefUnwindSafe for RwLock<T> {}

/// [`std::sync::RwLockReadGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T: ?Sized + 'a> {
    held: Held<'a>,
    real: sync::RwLockReadGuard<'a, T>,
}

/// [`std::sync::RwLockWriteGuard`].
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T: ?Sized + 'a> {
    held: Held<'a>,
    real: sync::RwLockWriteGuard<'a, T>,
}

impl<T> RwLock<T> {
    /// See [`std::sync::RwLock::new`].
    #[inline]
    pub const fn new(t: T) -> RwLock<T> {
        RwLock {
            lock: LockVar::new(),
            real: sync::RwLock::new(t),
        }
    }
}

impl<T: ?Sized> RwLock<T> {
    fn reading<'a>(&'a self, real: sync::RwLockReadGuard<'a, T>, at: At) -> RwLockReadGuard<'a, T> {
        let held = Held::new(&self.lock, Mode::Shared, at, &Op("RwLockReadGuard::drop"));
        RwLockReadGuard { held, real }
    }

    fn writing<'a>(
        &'a self,
        real: sync::RwLockWriteGuard<'a, T>,
        at: At,
    ) -> RwLockWriteGuard<'a, T> {
        let held = Held::new(
            &self.lock,
            Mode::Exclusive,
            at,
            &Op("RwLockWriteGuard::drop"),
        );
        RwLockWriteGuard { held, real }
    }

    /// See [`std::sync::RwLock::read`].
    #[inline]
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let at = At::here(&Op("RwLock::read"));
        let real = match self.real.try_read() {
            Ok(real) => Ok(real),
            Err(TryLockError::Poisoned(poisoned)) => Err(poisoned),
            Err(TryLockError::WouldBlock) => self.wait_to_read(&at),
        };
        self.lock.came_after_waiting(Mode::Shared, &at);
        poison::map(real, |real| self.reading(real, at))
    }

    #[cold]
    #[track_caller]
    fn wait_to_read(&self, at: &At) -> LockResult<sync::RwLockReadGuard<'_, T>> {
        let request = self.lock.request(Mode::Shared, at);
        let granted = || !matches!(self.real.try_read(), Err(TryLockError::WouldBlock));
        waits::wait(&request, granted, || self.real.read())
    }

    #[cold]
    #[track_caller]
    fn wait_to_write(&self, at: &At) -> LockResult<sync::RwLockWriteGuard<'_, T>> {
        let request = self.lock.request(Mode::Exclusive, at);
        let granted = || !matches!(self.real.try_write(), Err(TryLockError::WouldBlock));
        waits::wait(&request, granted, || self.real.write())
    }

    /// See [`std::sync::RwLock::try_read`].
    #[inline]
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        let at = At::here(&Op("RwLock::try_read"));
        poison::try_map(self.real.try_read(), |real| self.reading(real, at))
    }

    /// See [`std::sync::RwLock::write`].
    #[inline]
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let at = At::here(&Op("RwLock::write"));
        let real = match self.real.try_write() {
            Ok(real) => Ok(real),
            Err(TryLockError::Poisoned(poisoned)) => Err(poisoned),
            Err(TryLockError::WouldBlock) => self.wait_to_write(&at),
        };
        self.lock.came_after_waiting(Mode::Exclusive, &at);
        poison::map(real, |real| self.writing(real, at))
    }

    /// See [`std::sync::RwLock::try_write`].
    #[inline]
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let at = At::here(&Op("RwLock::try_write"));
        poison::try_map(self.real.try_write(), |real| self.writing(real, at))
    }

    /// See [`std::sync::RwLock::is_poisoned`].
    #[inline]
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        self.real.is_poisoned()
    }

    /// See [`std::sync::RwLock::clear_poison`].
    #[inline]
    #[track_caller]
    pub fn clear_poison(&self) {
        self.real.clear_poison();
    }

    /// See [`std::sync::RwLock::into_inner`].
    #[track_caller]
    pub fn into_inner(self) -> LockResult<T>
    where
        T: Sized,
    {
        self.real.into_inner()
    }

    /// See [`std::sync::RwLock::get_mut`].
    #[track_caller]
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.real.get_mut()
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(t: T) -> Self {
        RwLock::new(t)
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> RwLock<T> {
        RwLock::new(Default::default())
    }
}

// Not std's: it takes the lock to read the value, and the engine has to know.
impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut d = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => d.field("data", &&*guard),
            Err(TryLockError::Poisoned(err)) => d.field("data", &&**err.get_ref()),
            Err(TryLockError::WouldBlock) => d.field("data", &format_args!("<locked>")),
        };
        d.field("poisoned", &self.is_poisoned());
        d.finish_non_exhaustive()
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.held.looks::<T>();
        &self.real
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.held.looks::<T>();
        &self.real
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.held.writes::<T>();
        &mut self.real
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
