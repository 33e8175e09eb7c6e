//! `std::sync::Arc` and `Weak`.
//!
//! Reference counts are std's. The edges are those that std's atomics make on them:
//!
//! * the drop of a strong handle *releases*; the drop that turns out to be the last *acquires* all
//!   of them, before the value's destructor runs, as do `get_mut`, `make_mut`, `try_unwrap` and
//!   `into_inner` when they find the handle to be the only one;
//! * `Weak::upgrade` acquires as well (std's does, for `new_cyclic`: the value may be written after
//!   the first `Weak` was handed out);
//! * the drop of a `Weak` releases for `get_mut`, which asks for the absence of those too;
//! * clones, counts and comparisons order nothing.
//!
//! The handle has no room for a clock, so the engine keeps two for each allocation, see [`clocks`].

mod clocks;
mod convert;
mod last;
mod make_mut;
mod traits;
mod weak;

pub use weak::Weak;

use crate::engine::{At, Op};
use clocks::Clocks;
use make_mut::MakeMut;
use std::any::Any;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::pin::Pin;
use std::sync;

/// [`std::sync::Arc`], whose drops the engine sees.
///
/// # Trait objects
///
/// Only std's own pointers coerce to unsized ones. Coerce there and convert, which is the identity
/// when detection is off:
///
/// ```
/// use fidge::sync::Arc;
/// use std::fmt::Display;
///
/// let shown: Arc<dyn Display> = (std::sync::Arc::new(7) as std::sync::Arc<dyn Display>).into();
/// assert_eq!(shown.to_string(), "7");
/// ```
///
/// Or box the value first, `Arc::from(Box::new(7) as Box<dyn Display>)`, which is no useless
/// conversion in the eyes of clippy when detection is off.
///
/// # Where it differs from std's
///
/// * A handle that went over to `std::sync::Arc` is dropped behind the engine's back. Convert at the
///   border and do not keep clones on both sides.
/// * A method cannot take `self: fidge::sync::Arc<Self>`: the language allows that for std's only.
/// * A value that borrows must outlive the handle strictly, as with any type that has a destructor.
#[repr(transparent)]
pub struct Arc<T: ?Sized>(ManuallyDrop<sync::Arc<T>>);

impl<T: ?Sized> Arc<T> {
    #[inline]
    fn wrap(real: sync::Arc<T>) -> Self {
        Arc(ManuallyDrop::new(real))
    }

    /// Takes std's handle out; the engine is told nothing.
    #[inline]
    fn unwrap(this: Self) -> sync::Arc<T> {
        let mut this = ManuallyDrop::new(this);
        // SAFETY: `this` is never dropped nor used again.
        unsafe { ManuallyDrop::take(&mut this.0) }
    }

    fn clocks(this: &Self) -> Clocks {
        Clocks::of(sync::Arc::as_ptr(&this.0))
    }

    /// std's handle. What the current strand did so far happens before the value's end; what is done
    /// through std's handle later, the engine does not see. The same as `From`, which exists with
    /// detection off as well.
    #[track_caller]
    pub fn into_std(this: Self) -> sync::Arc<T> {
        Arc::clocks(&this).release_strong(&At::here(&Op("Arc::into_std")));
        Arc::unwrap(this)
    }
}

impl<T> Arc<T> {
    /// See [`std::sync::Arc::new`].
    #[inline]
    #[track_caller]
    pub fn new(data: T) -> Arc<T> {
        Arc::wrap(sync::Arc::new(data))
    }

    /// See [`std::sync::Arc::new_cyclic`].
    #[track_caller]
    pub fn new_cyclic<F>(data_fn: F) -> Arc<T>
    where
        F: FnOnce(&Weak<T>) -> T,
    {
        let at = At::here(&Op("Arc::new_cyclic"));
        Arc::wrap(sync::Arc::new_cyclic(|weak| {
            let value = data_fn(Weak::by_ref(weak));
            // Before the count leaves zero, for whoever upgrades a clone of `weak` then.
            Clocks::of(weak.as_ptr()).release_strong(&at);
            value
        }))
    }

    /// See [`std::sync::Arc::new_uninit`].
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn new_uninit() -> Arc<MaybeUninit<T>> {
        Arc::wrap(sync::Arc::new_uninit())
    }

    /// See [`std::sync::Arc::pin`].
    #[must_use]
    #[track_caller]
    pub fn pin(data: T) -> Pin<Arc<T>> {
        // SAFETY: an `Arc` owns its value and moves it only out of handles that are not pinned.
        unsafe { Pin::new_unchecked(Arc::new(data)) }
    }

    /// See [`std::sync::Arc::try_unwrap`].
    #[inline]
    #[track_caller]
    pub fn try_unwrap(this: Self) -> Result<T, Self> {
        if sync::Arc::strong_count(&this.0) != 1 {
            return Err(this);
        }
        let at = At::here(&Op("Arc::try_unwrap"));
        let clocks = Arc::clocks(&this);
        // The clocks are the allocation's until it is freed; this puts that off. Nobody can tell:
        // whom an additional `Weak` would disturb needs a second strong handle.
        let allocation = sync::Arc::downgrade(&this.0);
        let result = sync::Arc::try_unwrap(Arc::unwrap(this)).map_err(Arc::wrap);
        if result.is_ok() {
            clocks.settle(&at);
        }
        drop(allocation);
        result
    }

    /// See [`std::sync::Arc::into_inner`].
    #[inline]
    #[track_caller]
    pub fn into_inner(this: Self) -> Option<T> {
        Arc::clocks(&this).release_strong(&At::here(&Op("Arc::into_inner")));
        last::into_inner(Arc::unwrap(this))
    }

    /// See [`std::sync::Arc::unwrap_or_clone`].
    #[inline]
    #[track_caller]
    pub fn unwrap_or_clone(this: Self) -> T
    where
        T: Clone,
    {
        Arc::try_unwrap(this).unwrap_or_else(|arc| (*arc).clone())
    }
}

impl<T> Arc<[T]> {
    /// See [`std::sync::Arc::new_uninit_slice`].
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn new_uninit_slice(len: usize) -> Arc<[MaybeUninit<T>]> {
        Arc::wrap(sync::Arc::new_uninit_slice(len))
    }
}

impl<T> Arc<MaybeUninit<T>> {
    /// See [`std::sync::Arc::assume_init`].
    ///
    /// # Safety
    ///
    /// The value must be initialised.
    #[must_use = "`self` will be dropped if the result is not used"]
    #[inline]
    #[track_caller]
    pub unsafe fn assume_init(self) -> Arc<T> {
        // SAFETY: the caller's promise.
        Arc::wrap(unsafe { Arc::unwrap(self).assume_init() })
    }
}

impl<T> Arc<[MaybeUninit<T>]> {
    /// See [`std::sync::Arc::assume_init`].
    ///
    /// # Safety
    ///
    /// Every value must be initialised.
    #[must_use = "`self` will be dropped if the result is not used"]
    #[inline]
    #[track_caller]
    pub unsafe fn assume_init(self) -> Arc<[T]> {
        // SAFETY: the caller's promise.
        Arc::wrap(unsafe { Arc::unwrap(self).assume_init() })
    }
}

impl<T: ?Sized> Arc<T> {
    /// See [`std::sync::Arc::from_raw`].
    ///
    /// # Safety
    ///
    /// As for std's; the pointer may come from either's `into_raw`.
    #[inline]
    #[track_caller]
    pub unsafe fn from_raw(ptr: *const T) -> Self {
        // SAFETY: the caller's promise.
        Arc::wrap(unsafe { sync::Arc::from_raw(ptr) })
    }

    /// See [`std::sync::Arc::into_raw`].
    #[must_use = "losing the pointer will leak memory"]
    #[track_caller]
    pub fn into_raw(this: Self) -> *const T {
        sync::Arc::into_raw(Arc::unwrap(this))
    }

    /// See [`std::sync::Arc::increment_strong_count`].
    ///
    /// # Safety
    ///
    /// As for std's.
    #[inline]
    #[track_caller]
    pub unsafe fn increment_strong_count(ptr: *const T) {
        // SAFETY: the caller's promise.
        unsafe { sync::Arc::increment_strong_count(ptr) }
    }

    /// See [`std::sync::Arc::decrement_strong_count`].
    ///
    /// # Safety
    ///
    /// As for std's.
    #[inline]
    #[track_caller]
    pub unsafe fn decrement_strong_count(ptr: *const T) {
        // SAFETY: the caller's promise.
        drop(unsafe { Arc::from_raw(ptr) });
    }

    /// See [`std::sync::Arc::as_ptr`].
    #[must_use]
    #[track_caller]
    pub fn as_ptr(this: &Self) -> *const T {
        sync::Arc::as_ptr(&this.0)
    }

    /// See [`std::sync::Arc::downgrade`].
    #[must_use = "this returns a new `Weak` pointer, without modifying the original `Arc`"]
    #[track_caller]
    pub fn downgrade(this: &Self) -> Weak<T> {
        Weak::wrap(sync::Arc::downgrade(&this.0))
    }

    /// See [`std::sync::Arc::weak_count`].
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn weak_count(this: &Self) -> usize {
        sync::Arc::weak_count(&this.0)
    }

    /// See [`std::sync::Arc::strong_count`].
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn strong_count(this: &Self) -> usize {
        sync::Arc::strong_count(&this.0)
    }

    /// See [`std::sync::Arc::ptr_eq`].
    #[inline]
    #[must_use]
    #[track_caller]
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        sync::Arc::ptr_eq(&this.0, &other.0)
    }

    /// See [`std::sync::Arc::get_mut`].
    #[inline]
    #[track_caller]
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        let clocks = Arc::clocks(this);
        let value = sync::Arc::get_mut(&mut this.0)?;
        clocks.acquire_alone(&At::here(&Op("Arc::get_mut")));
        Some(value)
    }

    /// See [`std::sync::Arc::make_mut`].
    #[inline]
    #[track_caller]
    #[expect(
        private_bounds,
        reason = "std's bound, `CloneToUninit`, has no stable name"
    )]
    pub fn make_mut(this: &mut Self) -> &mut T
    where
        T: MakeMut,
    {
        make_mut::make_alone(this, &At::here(&Op("Arc::make_mut")));
        sync::Arc::get_mut(&mut this.0).expect("nobody else knows of this allocation")
    }
}

impl Arc<dyn Any + Send + Sync> {
    /// See [`std::sync::Arc::downcast`].
    #[inline]
    #[track_caller]
    pub fn downcast<T>(self) -> Result<Arc<T>, Self>
    where
        T: Any + Send + Sync,
    {
        Arc::unwrap(self)
            .downcast()
            .map(Arc::wrap)
            .map_err(Arc::wrap)
    }
}

impl<T: ?Sized> Clone for Arc<T> {
    #[inline]
    #[track_caller]
    fn clone(&self) -> Arc<T> {
        Arc::wrap(sync::Arc::clone(&self.0))
    }
}

impl<T: ?Sized> Drop for Arc<T> {
    #[inline]
    fn drop(&mut self) {
        Arc::clocks(self).release_strong(&At::here(&Op("Arc::drop")));
        // SAFETY: `self` is being dropped: nobody uses the field again.
        last::drop_strong(unsafe { ManuallyDrop::take(&mut self.0) });
    }
}
