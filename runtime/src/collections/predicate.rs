//! The caller's predicate for std's `extract_if`.
//!
//! std's `ExtractIf` names the type of its predicate, and the façade's predicate has to be another
//! one, since what it is shown is a [`Tracked`](super::tracked::Tracked) value. A closure has no
//! name, and a boxed one would give the iterator an allocation, a destructor and lose it `Send`. So
//! std's iterator gets a plain `fn`, which finds the caller's predicate here, where it stands for
//! the time of one `next`.

use std::cell::Cell;
use std::ptr;

thread_local! {
    static CURRENT: Cell<*mut ()> = const { Cell::new(ptr::null_mut()) };
}

/// Runs `step`, for which `predicate` is the current one of this thread. The one before is current
/// again afterwards, also after a panic.
#[inline]
pub(super) fn with<F, R>(predicate: &mut F, step: impl FnOnce() -> R) -> R {
    struct Restore(*mut ());
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _restore = Restore(CURRENT.replace(ptr::from_mut(predicate).cast()));
    step()
}

/// Calls the current predicate.
///
/// # Safety
///
/// The innermost [`with`] that this thread is in was given an `F`, and no other call of it is under
/// way: it is called from `step` and not from the predicate.
#[inline]
pub(super) unsafe fn call<F, R>(f: impl FnOnce(&mut F) -> R) -> R {
    let predicate = CURRENT.get().cast::<F>();
    // SAFETY: `with` borrowed an `F` exclusively for as long as we are in it, and by the caller's
    // promise that is the innermost one and nobody else has derived a reference from it.
    f(unsafe { &mut *predicate })
}
