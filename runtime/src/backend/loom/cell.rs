//! [`crate::cell`] over loom's `UnsafeCell`.

pub use std::cell::{BorrowError, BorrowMutError, Cell, LazyCell, OnceCell, Ref, RefCell, RefMut};
use std::fmt;

/// A cell for shared, mutable data whose every access loom checks.
pub struct UnsafeCell<T>(::loom::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    /// A cell around `value`.
    #[track_caller]
    pub fn new(value: T) -> Self {
        UnsafeCell(::loom::cell::UnsafeCell::new(value))
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.0.into_inner()
    }

    /// What `access` returns for a pointer to the value; a read.
    #[track_caller]
    pub fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
        self.0.with(access)
    }

    /// What `access` returns for a pointer to the value; a write.
    #[track_caller]
    pub fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
        self.0.with_mut(access)
    }

    /// The value, mutably; a write.
    #[track_caller]
    pub fn get_mut(&mut self) -> &mut T {
        // SAFETY: the borrow says that nobody else has the cell.
        self.0.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    fn default() -> Self {
        UnsafeCell::new(T::default())
    }
}

impl<T> From<T> for UnsafeCell<T> {
    fn from(value: T) -> Self {
        UnsafeCell::new(value)
    }
}

impl<T> fmt::Debug for UnsafeCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsafeCell").finish_non_exhaustive()
    }
}
