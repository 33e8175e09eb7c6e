//! Mirror of [`once_cell::race`]: cells that nobody blocks on; of several
//! initialisers the first to finish wins.
//!
//! Upstream's are one atomic each, set by a compare-exchange (release; acquire when it fails) and
//! read by an acquire load, so that is what the engine is told. Only the exchange that wins
//! publishes anything.

use crate::engine::value::Value;
use crate::engine::{At, AtomicVar, Op};
use std::convert::Infallible;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::Ordering;

/// The real cell's operations, as the engine sees them. `$value` is what is put in, `$got` what
/// comes out of a cell borrowed for `$a`, `$refused` what a failed `set` gives back.
macro_rules! race_cell {
    (
        [$($param:tt)*] $cell:ty, $op:literal;
        value: $value:ty, got: $got:ty, refused: $refused:ty
    ) => {
        impl<$($param)*> $cell {
            /// The value, if there is one yet.
            #[inline]
            #[track_caller]
            pub fn get(&self) -> Option<$got> {
                self.get_at(&At::here(&Op(concat!($op, "::get"))))
            }

            /// Puts `value` in.
            ///
            /// # Errors
            ///
            /// If the cell has a value already.
            #[inline]
            #[track_caller]
            #[allow(clippy::result_unit_err)] // upstream's signature
            pub fn set(&self, value: $value) -> Result<(), $refused> {
                self.set_at(value, &At::here(&Op(concat!($op, "::set"))))
            }

            /// The value; that of `f`, if there is none yet. Several threads may run their `f`; all
            /// get the value of one of them.
            #[track_caller]
            pub fn get_or_init<F>(&self, f: F) -> $got
            where
                F: FnOnce() -> $value,
            {
                let at = At::here(&Op(concat!($op, "::get_or_init")));
                match self.init_at(|| Ok::<$value, Infallible>(f()), &at) {
                    Ok(value) => value,
                    Err(never) => match never {},
                }
            }

            /// The value; that of `f`, if there is none yet. Several threads may run their `f`; all
            /// get the value of one of them.
            ///
            /// # Errors
            ///
            /// Those of `f`.
            #[track_caller]
            pub fn get_or_try_init<F, E>(&self, f: F) -> Result<$got, E>
            where
                F: FnOnce() -> Result<$value, E>,
            {
                self.init_at(f, &At::here(&Op(concat!($op, "::get_or_try_init"))))
            }

            fn get_at(&self, at: &At) -> Option<$got> {
                self.clock.load(Ordering::Acquire, at, || self.real.get(), unknown)
            }

            fn set_at(&self, value: $value, at: &At) -> Result<(), $refused> {
                // The engine compares an exchange's outcomes by `Ok` and `Err` only.
                let mut outcome = Ok(());
                let real = || {
                    outcome = self.real.set(value);
                    if outcome.is_ok() { Ok(()) } else { Err(()) }
                };
                let orders = (Ordering::Release, Ordering::Acquire);
                let _ = self.clock.compare_exchange(orders, at, real, unknown);
                outcome
            }

            /// `f` is the caller's, and so is what a refused value does when it is dropped: both
            /// run outside of the engine.
            fn init_at<E>(
                &self,
                f: impl FnOnce() -> Result<$value, E>,
                at: &At,
            ) -> Result<$got, E> {
                if let Some(value) = self.get_at(at) {
                    return Ok(value);
                }
                let _ = self.set_at(f()?, at);
                Ok(self.get_at(at).expect("it has a value or was given one above"))
            }
        }
    };
}

/// [`once_cell::race::OnceNonZeroUsize`], seen by the engine.
#[derive(Default)]
pub struct OnceNonZeroUsize {
    real: ::once_cell::race::OnceNonZeroUsize,
    clock: AtomicVar,
}

race_cell! {
    [] OnceNonZeroUsize, "OnceNonZeroUsize";
    value: NonZeroUsize, got: NonZeroUsize, refused: ()
}

impl OnceNonZeroUsize {
    /// An empty cell.
    #[inline]
    pub const fn new() -> Self {
        Self {
            real: ::once_cell::race::OnceNonZeroUsize::new(),
            clock: AtomicVar::new(),
        }
    }

    /// The value, without a check that there is one. Orders nothing.
    ///
    /// # Safety
    ///
    /// The cell has a value, and its initialisation happened before this call.
    pub unsafe fn get_unchecked(&self) -> NonZeroUsize {
        // SAFETY: the caller's promise is the same.
        unsafe { self.real.get_unchecked() }
    }
}

/// [`once_cell::race::OnceBool`], seen by the engine.
#[derive(Default)]
pub struct OnceBool {
    real: ::once_cell::race::OnceBool,
    clock: AtomicVar,
}

race_cell! { [] OnceBool, "OnceBool"; value: bool, got: bool, refused: () }

impl OnceBool {
    /// An empty cell.
    #[inline]
    pub const fn new() -> Self {
        Self {
            real: ::once_cell::race::OnceBool::new(),
            clock: AtomicVar::new(),
        }
    }
}

/// [`once_cell::race::OnceRef`], seen by the engine.
pub struct OnceRef<'a, T> {
    real: ::once_cell::race::OnceRef<'a, T>,
    clock: AtomicVar,
}

race_cell! { ['a, T] OnceRef<'a, T>, "OnceRef"; value: &'a T, got: &'a T, refused: () }

impl<T> OnceRef<'_, T> {
    /// An empty cell.
    pub const fn new() -> Self {
        Self {
            real: ::once_cell::race::OnceRef::new(),
            clock: AtomicVar::new(),
        }
    }
}

/// [`once_cell::race::OnceBox`], seen by the engine.
pub struct OnceBox<T> {
    real: ::once_cell::race::OnceBox<T>,
    clock: AtomicVar,
}

race_cell! { [T] OnceBox<T>, "OnceBox"; value: Box<T>, got: &T, refused: Box<T> }

impl<T> OnceBox<T> {
    /// An empty cell.
    pub const fn new() -> Self {
        Self {
            real: ::once_cell::race::OnceBox::new(),
            clock: AtomicVar::new(),
        }
    }

    /// A cell with a value.
    pub fn with_value(value: Box<T>) -> Self {
        Self {
            real: ::once_cell::race::OnceBox::with_value(value),
            clock: AtomicVar::new(),
        }
    }
}

impl<T> Default for OnceRef<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Default for OnceBox<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Clone> Clone for OnceBox<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        match self.get() {
            Some(value) => OnceBox::with_value(Box::new(value.clone())),
            None => OnceBox::new(),
        }
    }
}

impl fmt::Debug for OnceNonZeroUsize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

impl fmt::Debug for OnceBool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

impl<T> fmt::Debug for OnceRef<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

impl<T> fmt::Debug for OnceBox<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

/// A cell is written once, so no check needs its value.
fn unknown() -> Value {
    Value::UNKNOWN
}
