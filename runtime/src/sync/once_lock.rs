//! `std::sync::OnceLock`.

use super::once::OnceVar;
use crate::engine::{At, Op};
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync;

/// [`std::sync::OnceLock`]: the initialiser's past happens before whoever sees the value.
pub struct OnceLock<T> {
    var: OnceVar,
    real: sync::OnceLock<T>,
}

impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceLock<T> {}
impl<T: UnwindSafe> UnwindSafe for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// See [`std::sync::OnceLock::new`].
    #[inline]
    #[must_use]
    pub const fn new() -> OnceLock<T> {
        OnceLock {
            var: OnceVar::new(),
            real: sync::OnceLock::new(),
        }
    }

    /// See [`std::sync::OnceLock::get`].
    #[inline]
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        let value = self.real.get()?;
        self.var.completed(&At::here(&Op("OnceLock::get")));
        Some(value)
    }

    /// See [`std::sync::OnceLock::get_mut`].
    #[inline]
    #[track_caller]
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.real.get_mut()
    }

    /// See [`std::sync::OnceLock::wait`].
    #[inline]
    #[track_caller]
    pub fn wait(&self) -> &T {
        let at = At::here(&Op("OnceLock::wait"));
        let value = self.real.wait();
        self.var.completed(&at);
        value
    }

    /// See [`std::sync::OnceLock::set`].
    #[inline]
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.init_at(&At::here(&Op("OnceLock::set")), || {
            value.take().expect("an initialiser runs once")
        });
        match value {
            None => Ok(()),
            Some(value) => Err(value),
        }
    }

    /// See [`std::sync::OnceLock::get_or_init`].
    #[inline]
    #[track_caller]
    pub fn get_or_init<F>(&self, f: F) -> &T
    where
        F: FnOnce() -> T,
    {
        self.init_at(&At::here(&Op("OnceLock::get_or_init")), f)
    }

    /// See [`std::sync::OnceLock::into_inner`].
    #[inline]
    #[track_caller]
    pub fn into_inner(self) -> Option<T> {
        self.real.into_inner()
    }

    /// See [`std::sync::OnceLock::take`].
    #[inline]
    #[track_caller]
    pub fn take(&mut self) -> Option<T> {
        self.real.take()
    }

    #[inline]
    pub(super) fn init_at(&self, at: &At, f: impl FnOnce() -> T) -> &T {
        let value = self.real.get_or_init(|| self.var.initialise(at, f));
        self.var.completed(at);
        value
    }
}

impl<T> Default for OnceLock<T> {
    #[inline]
    fn default() -> OnceLock<T> {
        OnceLock::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut d = f.debug_tuple("OnceLock");
        match self.get() {
            Some(value) => d.field(value),
            None => d.field(&format_args!("<uninit>")),
        };
        d.finish()
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    #[inline]
    #[track_caller]
    fn clone(&self) -> OnceLock<T> {
        match self.get() {
            Some(value) => OnceLock::from(value.clone()),
            None => OnceLock::new(),
        }
    }
}

impl<T> From<T> for OnceLock<T> {
    #[inline]
    #[track_caller]
    fn from(value: T) -> Self {
        let cell = OnceLock::new();
        cell.init_at(&At::here(&Op("OnceLock::from")), || value);
        cell
    }
}

impl<T: PartialEq> PartialEq for OnceLock<T> {
    #[inline]
    #[track_caller]
    fn eq(&self, other: &OnceLock<T>) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceLock<T> {}
