//! `Arc::make_mut`.

use super::Arc;
use crate::engine::At;
use std::ffi::{CStr, OsStr};
use std::path::Path;
use std::{mem, ptr, sync};

/// What std's `CloneToUninit` holds for, as far as stable Rust can tell.
pub(super) trait MakeMut {
    /// A copy in an allocation of its own.
    fn copied(&self) -> Arc<Self>;

    /// For an only strong handle beside which there are `Weak`s: moves the value away from them, as
    /// std does. `false` when another strong handle came up in between.
    fn part(this: &mut Arc<Self>, at: &At) -> bool {
        // Bytes: a move and a copy are the same.
        let _ = (this, at);
        false
    }
}

/// Sees to it that `this` is the only handle to its value.
pub(super) fn make_alone<T: MakeMut + ?Sized>(this: &mut Arc<T>, at: &At) {
    let only = sync::Arc::strong_count(&this.0) == 1;
    if only && sync::Arc::get_mut(&mut this.0).is_some() {
        Arc::clocks(this).acquire_strong(at);
    } else if !only || !T::part(this, at) {
        *this = T::copied(this);
    }
}

impl<T: Clone> MakeMut for T {
    fn copied(&self) -> Arc<T> {
        Arc::new(self.clone())
    }

    fn part(this: &mut Arc<T>, _: &At) -> bool {
        // SAFETY: a second owner of the handle for as long as it takes to forget one of them.
        match Arc::try_unwrap(unsafe { ptr::read(this) }) {
            Ok(value) => {
                // SAFETY: the handle that was here is gone. Nothing panicked in between.
                unsafe { ptr::write(this, Arc::new(value)) };
                true
            }
            Err(same) => {
                mem::forget(same);
                false
            }
        }
    }
}

impl<T: Clone> MakeMut for [T] {
    fn copied(&self) -> Arc<[T]> {
        self.into()
    }

    // Only std can move values of unknown number. When an upgrade comes in between, it clones them
    // and drops this handle, and should that have become the last one again in the meantime, their
    // destructors run before the acquire.
    fn part(this: &mut Arc<[T]>, at: &At) -> bool {
        let clocks = Arc::clocks(this);
        // Keeps the clocks the old allocation's.
        let allocation = sync::Arc::downgrade(&this.0);
        clocks.release_strong(at);
        sync::Arc::make_mut(&mut this.0);
        if allocation.strong_count() == 0 {
            clocks.settle(at);
        }
        true
    }
}

impl MakeMut for str {
    fn copied(&self) -> Arc<str> {
        self.into()
    }
}

impl MakeMut for CStr {
    fn copied(&self) -> Arc<CStr> {
        self.into()
    }
}

impl MakeMut for OsStr {
    fn copied(&self) -> Arc<OsStr> {
        self.into()
    }
}

impl MakeMut for Path {
    fn copied(&self) -> Arc<Path> {
        self.into()
    }
}
