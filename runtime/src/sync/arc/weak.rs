//! `std::sync::Weak`.

use super::{Arc, Clocks};
use crate::engine::{At, Op};
use std::{fmt, mem, ptr, sync};

/// [`std::sync::Weak`], whose upgrades and drops the engine sees.
#[repr(transparent)]
pub struct Weak<T: ?Sized>(sync::Weak<T>);

impl<T> Weak<T> {
    /// See [`std::sync::Weak::new`].
    #[inline]
    #[must_use]
    pub const fn new() -> Weak<T> {
        Weak(sync::Weak::new())
    }
}

impl<T: ?Sized> Weak<T> {
    #[inline]
    pub(super) fn wrap(real: sync::Weak<T>) -> Self {
        Weak(real)
    }

    #[inline]
    pub(super) fn by_ref(real: &sync::Weak<T>) -> &Self {
        // SAFETY: `Weak` is transparent.
        unsafe { &*ptr::from_ref(real).cast() }
    }

    /// See [`std::sync::Weak::from_raw`].
    ///
    /// # Safety
    ///
    /// As for std's; the pointer may come from either's `into_raw`.
    #[inline]
    #[track_caller]
    pub unsafe fn from_raw(ptr: *const T) -> Self {
        // SAFETY: the caller's promise.
        Weak(unsafe { sync::Weak::from_raw(ptr) })
    }

    /// See [`std::sync::Weak::into_raw`].
    #[must_use = "losing the pointer will leak memory"]
    #[track_caller]
    pub fn into_raw(self) -> *const T {
        let ptr = self.as_ptr();
        mem::forget(self);
        ptr
    }

    /// See [`std::sync::Weak::as_ptr`].
    #[must_use]
    #[track_caller]
    pub fn as_ptr(&self) -> *const T {
        self.0.as_ptr()
    }

    /// See [`std::sync::Weak::upgrade`].
    #[must_use = "this returns a new `Arc`, without modifying the original weak pointer"]
    #[track_caller]
    pub fn upgrade(&self) -> Option<Arc<T>> {
        let arc = Arc::wrap(self.0.upgrade()?);
        Arc::clocks(&arc).acquire_strong(&At::here(&Op("Weak::upgrade")));
        Some(arc)
    }

    /// See [`std::sync::Weak::strong_count`].
    #[must_use]
    #[track_caller]
    pub fn strong_count(&self) -> usize {
        self.0.strong_count()
    }

    /// See [`std::sync::Weak::weak_count`].
    #[must_use]
    #[track_caller]
    pub fn weak_count(&self) -> usize {
        self.0.weak_count()
    }

    /// See [`std::sync::Weak::ptr_eq`].
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }
}

impl<T: ?Sized> From<sync::Weak<T>> for Weak<T> {
    fn from(real: sync::Weak<T>) -> Self {
        Weak(real)
    }
}

impl<T: ?Sized> Clone for Weak<T> {
    #[inline]
    #[track_caller]
    fn clone(&self) -> Weak<T> {
        Weak(self.0.clone())
    }
}

impl<T> Default for Weak<T> {
    fn default() -> Weak<T> {
        Weak::new()
    }
}

impl<T: ?Sized> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: ?Sized> Drop for Weak<T> {
    // The real drop follows. Without a strong handle there is nobody to release for. (Inside
    // `new_cyclic` there is none yet: that a `Weak` was dropped there is not passed on to `get_mut`.)
    fn drop(&mut self) {
        if self.0.strong_count() > 0 {
            let clocks = Clocks::of(self.0.as_ptr());
            clocks.release_weak(&At::here(&Op("Weak::drop")));
            if self.0.strong_count() == 0 {
                clocks.forget_weak();
            }
        }
    }
}
