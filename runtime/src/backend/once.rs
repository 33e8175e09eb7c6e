//! `OnceLock` and `LazyLock`, from a lock and a flag, for tools that have neither.

use crate::sync::Mutex;
use crate::sync::atomic::{AtomicBool, Ordering};
use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::ops::Deref;

/// [`std::sync::OnceLock`].
pub struct OnceLock<T> {
    turn: Mutex<()>,
    ready: AtomicBool,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: the value is written by one thread, under the lock, before `ready` is set with `Release`, and
// only reached once that was seen with `Acquire`.
unsafe impl<T: Send + Sync> Sync for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// An empty one.
    pub fn new() -> Self {
        OnceLock {
            turn: Mutex::new(()),
            ready: AtomicBool::new(false),
            value: UnsafeCell::new(None),
        }
    }

    /// The value, if there is one.
    pub fn get(&self) -> Option<&T> {
        if !self.ready.load(Ordering::Acquire) {
            return None;
        }
        // SAFETY: `ready` is set, so the value is there for good.
        unsafe { (*self.value.get()).as_ref() }
    }

    /// The value, which `make` makes if there is none.
    pub fn get_or_init(&self, make: impl FnOnce() -> T) -> &T {
        if self.get().is_none() {
            let _turn = self
                .turn
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            if !self.ready.load(Ordering::Relaxed) {
                let value = make();
                // SAFETY: the lock is held, and nobody reads before `ready` is set.
                unsafe { *self.value.get() = Some(value) };
                self.ready.store(true, Ordering::Release);
            }
        }
        self.get().expect("it was made by now")
    }

    /// Sets the value if there is none; comes back with `value` if there is.
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.get_or_init(|| value.take().expect("it is taken once"));
        value.map_or(Ok(()), Err)
    }

    /// The value.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }
}

impl<T> Default for OnceLock<T> {
    fn default() -> Self {
        OnceLock::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OnceLock").field(&self.get()).finish()
    }
}

/// [`std::sync::LazyLock`].
pub struct LazyLock<T, F = fn() -> T> {
    value: OnceLock<T>,
    make: Cell<Option<F>>,
}

// SAFETY: `make` is only touched under the lock of `value`.
unsafe impl<T: Send + Sync, F: Send> Sync for LazyLock<T, F> {}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// One whose value `make` makes when it is first asked for.
    pub fn new(make: F) -> Self {
        LazyLock {
            value: OnceLock::new(),
            make: Cell::new(Some(make)),
        }
    }

    /// The value.
    pub fn force(this: &Self) -> &T {
        this.value
            .get_or_init(|| (this.make.take().expect("it is made once"))())
    }
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    fn deref(&self) -> &T {
        LazyLock::force(self)
    }
}
