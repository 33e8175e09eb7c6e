//! Cells: an [`UnsafeCell`] whose accesses are seen, and the rest of `std::cell` as it is.
//!
//! `Cell`, `RefCell` and the others cannot be shared between threads, so there is nothing to watch.
//! An `UnsafeCell` is what shared mutable state is made of. As in loom, access goes through
//! closures, so that it is known when one begins and whether it writes. std's `get` hands out a
//! pointer and knows neither, which is why this one type does not mirror std.
//!
//! With the feature `detect` off the type is a transparent wrapper and each method is the access
//! itself.

#[cfg(feature = "detect")]
use crate::engine::{At, Granule, Op};
use std::fmt;

pub use std::cell::{BorrowError, BorrowMutError, Cell, LazyCell, OnceCell, Ref, RefCell, RefMut};

/// A cell for shared, mutable data whose every access is checked: each of [`with`](Self::with)
/// and [`with_mut`](Self::with_mut) must be ordered, by happens-before, with each `with_mut` of
/// another strand.
///
/// As `std::cell::UnsafeCell` it is not `Sync`; whoever shares it says why that is sound.
///
/// ```
/// use fidge::cell::UnsafeCell;
///
/// let cell = UnsafeCell::new(1);
/// // SAFETY: nobody else has the cell.
/// cell.with_mut(|value| unsafe { *value += 1 });
/// // SAFETY: as above.
/// assert_eq!(cell.with(|value| unsafe { *value }), 2);
/// ```
#[cfg_attr(not(feature = "detect"), repr(transparent))]
pub struct UnsafeCell<T: ?Sized> {
    #[cfg(feature = "detect")]
    shadow: Granule,
    value: std::cell::UnsafeCell<T>,
}

impl<T> UnsafeCell<T> {
    /// A cell around `value`.
    #[inline(always)]
    pub const fn new(value: T) -> Self {
        UnsafeCell {
            #[cfg(feature = "detect")]
            shadow: Granule::new(),
            value: std::cell::UnsafeCell::new(value),
        }
    }

    /// The value. A read.
    #[inline(always)]
    #[cfg_attr(feature = "detect", track_caller)]
    pub fn into_inner(self) -> T {
        #[cfg(feature = "detect")]
        self.shadow.read(&At::here(&Op("UnsafeCell::into_inner")));
        self.value.into_inner()
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// What `access` returns for a pointer to the value, valid for reads while `access` runs. A read
    /// of the whole value, checked before `access` runs.
    #[inline(always)]
    #[cfg_attr(feature = "detect", track_caller)]
    pub fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
        #[cfg(feature = "detect")]
        self.shadow.read(&At::here(&Op("UnsafeCell::with")));
        access(self.value.get())
    }

    /// What `access` returns for a pointer to the value, valid for reads and writes while `access`
    /// runs. A write of the whole value, checked before `access` runs.
    #[inline(always)]
    #[cfg_attr(feature = "detect", track_caller)]
    pub fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
        #[cfg(feature = "detect")]
        self.shadow.write(&At::here(&Op("UnsafeCell::with_mut")));
        access(self.value.get())
    }

    /// The value, mutably: the borrow says that nobody else has it. A write.
    #[inline(always)]
    #[cfg_attr(feature = "detect", track_caller)]
    pub fn get_mut(&mut self) -> &mut T {
        #[cfg(feature = "detect")]
        self.shadow.write(&At::here(&Op("UnsafeCell::get_mut")));
        self.value.get_mut()
    }
}

impl<T: Default> Default for UnsafeCell<T> {
    #[inline(always)]
    fn default() -> Self {
        UnsafeCell::new(T::default())
    }
}

impl<T> From<T> for UnsafeCell<T> {
    #[inline(always)]
    fn from(value: T) -> Self {
        UnsafeCell::new(value)
    }
}

impl<T: ?Sized> fmt::Debug for UnsafeCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsafeCell").finish_non_exhaustive()
    }
}
