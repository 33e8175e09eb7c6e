//! What happens when the last strong handle goes.
//!
//! Which of two droppers is the last is decided inside std, by the one atomic decrement that brings
//! the count to zero. Any guess from outside (a count read before or after) is wrong in some
//! interleaving: two droppers that both saw 2, or one that saw 1 before an upgrade. So nothing is
//! guessed: the handle is dropped as one to a transparent wrapper of the value, and std calls the
//! wrapper's destructor exactly when, and in exactly the thread where, it would have called the
//! value's. `Weak::upgrade` has no part in it, for it cannot raise a count of zero.
//!
//! Order of one strong handle's end: release, real decrement, and for the last one acquire, the
//! value's destructor. Each release comes before its own decrement, and each decrement before the
//! last; so the acquire sees them all, and no acquire is made by who was not the last.

use super::clocks::Clocks;
use crate::engine::{At, Op};
use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Arc;

/// Drops a strong handle, after its release.
#[inline]
pub(super) fn drop_strong<T: ?Sized>(real: Arc<T>) {
    let value = Arc::into_raw(real) as *const Last<T>;
    // SAFETY: `Last<T>` is transparent: it has `T`'s size, alignment, metadata and validity, and its
    // drop drops the value.
    drop(unsafe { Arc::from_raw(value) });
}

/// A value whose last handle is known to go.
#[repr(transparent)]
struct Last<T: ?Sized>(T);

impl<T: ?Sized> Drop for Last<T> {
    // Right before the value's own destructor.
    #[inline]
    fn drop(&mut self) {
        Clocks::of(&raw const self.0).settle(&At::here(&Op("Arc::drop")));
    }
}

/// `Arc::into_inner`, after its release: as `drop_strong`, but the last one moves the value out.
#[inline]
pub(super) fn into_inner<T>(real: Arc<T>) -> Option<T> {
    let mut value = None;
    let outer = DESTINATION.replace((&raw mut value).cast());
    let moved = Arc::into_raw(real).cast::<MoveOut<T>>();
    // SAFETY: as in `drop_strong`, but that the drop moves the value into `value`.
    drop(unsafe { Arc::from_raw(moved) });
    DESTINATION.set(outer);
    value
}

thread_local! {
    /// Where `MoveOut` puts the value: an `Option` on the stack of `into_inner`.
    static DESTINATION: Cell<*mut ()> = const { Cell::new(ptr::null_mut()) };
}

#[repr(transparent)]
struct MoveOut<T>(ManuallyDrop<T>);

impl<T> Drop for MoveOut<T> {
    #[inline]
    fn drop(&mut self) {
        Clocks::of(&raw const self.0).settle(&At::here(&Op("Arc::into_inner")));
        // SAFETY: only `into_inner` makes this type, and nothing runs between there and here but
        // std's decrement: the destination is its `Option<T>`. The value is not used again.
        unsafe {
            DESTINATION
                .get()
                .cast::<Option<T>>()
                .write(Some(ManuallyDrop::take(&mut self.0)))
        };
    }
}
