//! Mirror of [`std::sync::atomic`]: every type whose operations are stable, plus [`fence`].
//!
//! Each atomic is the real one of std beside the engine's [`AtomicVar`](crate::engine::AtomicVar).
//! The real operation runs while the clock is held, so that value and clock change together;
//! whatever can panic or is the caller's (a bad ordering, the closure of `fetch_update`) runs
//! before or between, never inside.
//!
//! What differs from std, because the shadow lies inline:
//!
//! * the types are larger than their value, so `from_ptr` does not exist;
//! * accesses through `as_ptr` go past the engine: they are neither checked nor order anything;
//! * `into_inner` is a checked, non-atomic read, and therefore no `const fn`.
//!
//! Methods that std stabilised after this crate's `rust-version` (`update`, `try_update`,
//! `AtomicPtr::fetch_ptr_add` and its like) are here in every toolchain.

/// What all atomics have in common: the type, its construction, and every operation that does not
/// depend on what the value is.
macro_rules! atomic {
    ($(#[$attr:meta])* $name:ident $(<$param:ident>)?, $value:ty) => {
        #[doc = concat!("[`std::sync::atomic::", stringify!($name), "`], seen by the engine.")]
        $(#[$attr])*
        pub struct $name $(<$param>)? {
            clock: $crate::engine::AtomicVar,
            value: ::std::sync::atomic::$name $(<$param>)?,
        }

        impl $(<$param>)? ::std::panic::RefUnwindSafe for $name $(<$param>)? {}

        impl $(<$param>)? $name $(<$param>)? {
            /// A new atomic.
            #[inline]
            pub const fn new(value: $value) -> Self {
                Self {
                    clock: $crate::engine::AtomicVar::new(),
                    value: ::std::sync::atomic::$name::new(value),
                }
            }

            /// The value, mutably: no other strand can reach it meanwhile. Checked as a non-atomic
            /// write.
            #[inline]
            #[track_caller]
            pub fn get_mut(&mut self) -> &mut $value {
                self.clock.write(&at!($name, "get_mut"));
                self.value.get_mut()
            }

            /// The value. Checked as a non-atomic read.
            #[inline]
            #[track_caller]
            pub fn into_inner(self) -> $value {
                self.clock.read(&at!($name, "into_inner"));
                self.value.into_inner()
            }

            /// A pointer to the value. What is done through it goes past the engine.
            #[inline]
            pub const fn as_ptr(&self) -> *mut $value {
                self.value.as_ptr()
            }

            /// The value.
            ///
            /// # Panics
            ///
            /// If `order` is `Release` or `AcqRel`.
            #[inline]
            #[track_caller]
            pub fn load(&self, order: ::std::sync::atomic::Ordering) -> $value {
                self.load_at(order, &at!($name, "load"))
            }

            /// Stores `value`.
            ///
            /// # Panics
            ///
            /// If `order` is `Acquire` or `AcqRel`.
            #[inline]
            #[track_caller]
            pub fn store(&self, value: $value, order: ::std::sync::atomic::Ordering) {
                $crate::sync::atomic::order::check_store(order);
                let store = || self.value.store(value, order);
                self.clock.store(order, &at!($name, "store"), store, || self.now());
            }

            /// Stores `value`; comes back with the one before.
            #[inline]
            #[track_caller]
            pub fn swap(&self, value: $value, order: ::std::sync::atomic::Ordering) -> $value {
                let swap = || self.value.swap(value, order);
                self.clock.rmw(order, &at!($name, "swap"), swap, || self.now())
            }

            /// Stores `new` if the value is `current`; comes back with the one before.
            #[deprecated(note = "use `compare_exchange` or `compare_exchange_weak` instead")]
            #[inline]
            #[track_caller]
            pub fn compare_and_swap(
                &self,
                current: $value,
                new: $value,
                order: ::std::sync::atomic::Ordering,
            ) -> $value {
                let failure = $crate::sync::atomic::order::strongest_failure(order);
                let at = at!($name, "compare_and_swap");
                let real = || self.value.compare_exchange(current, new, order, failure);
                let orders = (order, failure);
                match self.clock.compare_exchange(orders, &at, real, || self.now()) {
                    Ok(before) | Err(before) => before,
                }
            }

            /// Stores `new` if the value is `current`: `Ok` with the value before. Else `Err` with
            /// the value.
            ///
            /// # Panics
            ///
            /// If `failure` is `Release` or `AcqRel`.
            #[inline]
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: ::std::sync::atomic::Ordering,
                failure: ::std::sync::atomic::Ordering,
            ) -> Result<$value, $value> {
                $crate::sync::atomic::order::check_failure(failure);
                let at = at!($name, "compare_exchange");
                let real = || self.value.compare_exchange(current, new, success, failure);
                self.clock.compare_exchange((success, failure), &at, real, || self.now())
            }

            /// As [`compare_exchange`](Self::compare_exchange), but may fail although the value is
            /// `current`.
            ///
            /// # Panics
            ///
            /// If `failure` is `Release` or `AcqRel`.
            #[inline]
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: ::std::sync::atomic::Ordering,
                failure: ::std::sync::atomic::Ordering,
            ) -> Result<$value, $value> {
                let at = at!($name, "compare_exchange_weak");
                self.exchange_weak_at(current, new, success, failure, &at)
            }

            /// Replaces the value by what `f` makes of it, as often as it takes: `Ok` with the
            /// value before. `Err` with the value once `f` returns `None`.
            ///
            /// # Panics
            ///
            /// If `fetch_order` is `Release` or `AcqRel`, or `f` panics.
            #[inline]
            #[track_caller]
            pub fn fetch_update<F>(
                &self,
                set_order: ::std::sync::atomic::Ordering,
                fetch_order: ::std::sync::atomic::Ordering,
                f: F,
            ) -> Result<$value, $value>
            where
                F: FnMut($value) -> Option<$value>,
            {
                self.update_at(set_order, fetch_order, f, &at!($name, "fetch_update"))
            }

            /// [`fetch_update`](Self::fetch_update) under its newer name.
            ///
            /// # Panics
            ///
            /// If `fetch_order` is `Release` or `AcqRel`, or `f` panics.
            #[inline]
            #[track_caller]
            pub fn try_update(
                &self,
                set_order: ::std::sync::atomic::Ordering,
                fetch_order: ::std::sync::atomic::Ordering,
                f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                self.update_at(set_order, fetch_order, f, &at!($name, "try_update"))
            }

            /// Replaces the value by what `f` makes of it, as often as it takes; comes back with
            /// the value before.
            ///
            /// # Panics
            ///
            /// If `fetch_order` is `Release` or `AcqRel`, or `f` panics.
            #[inline]
            #[track_caller]
            pub fn update(
                &self,
                set_order: ::std::sync::atomic::Ordering,
                fetch_order: ::std::sync::atomic::Ordering,
                mut f: impl FnMut($value) -> $value,
            ) -> $value {
                let always = |before| Some(f(before));
                match self.update_at(set_order, fetch_order, always, &at!($name, "update")) {
                    Ok(before) | Err(before) => before,
                }
            }

            /// What it holds, for the checks on composed operations.
            #[inline]
            fn now(&self) -> $crate::engine::value::Value {
                $crate::value::of(&self.value.load(::std::sync::atomic::Ordering::Relaxed))
            }

            #[inline]
            #[track_caller]
            fn load_at(
                &self,
                order: ::std::sync::atomic::Ordering,
                at: &$crate::engine::At,
            ) -> $value {
                $crate::sync::atomic::order::check_load(order);
                self.clock.load(order, at, || self.value.load(order), || self.now())
            }

            #[inline]
            #[track_caller]
            fn exchange_weak_at(
                &self,
                current: $value,
                new: $value,
                success: ::std::sync::atomic::Ordering,
                failure: ::std::sync::atomic::Ordering,
                at: &$crate::engine::At,
            ) -> Result<$value, $value> {
                $crate::sync::atomic::order::check_failure(failure);
                let real = || self.value.compare_exchange_weak(current, new, success, failure);
                self.clock.compare_exchange((success, failure), at, real, || self.now())
            }

            /// `f` is the caller's, so it runs between the engine's operations, as it does between
            /// std's.
            #[inline]
            #[track_caller]
            fn update_at(
                &self,
                set_order: ::std::sync::atomic::Ordering,
                fetch_order: ::std::sync::atomic::Ordering,
                mut f: impl FnMut($value) -> Option<$value>,
                at: &$crate::engine::At,
            ) -> Result<$value, $value> {
                let mut before = self.load_at(fetch_order, at);
                while let Some(next) = f(before) {
                    match self.exchange_weak_at(before, next, set_order, fetch_order, at) {
                        Ok(replaced) => return Ok(replaced),
                        Err(now) => before = now,
                    }
                }
                Err(before)
            }
        }

        impl $(<$param>)? Default for $name $(<$param>)? {
            fn default() -> Self {
                Self {
                    clock: $crate::engine::AtomicVar::new(),
                    value: Default::default(),
                }
            }
        }

        impl $(<$param>)? From<$value> for $name $(<$param>)? {
            #[inline]
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }

        impl $(<$param>)? ::std::fmt::Debug for $name $(<$param>)? {
            #[track_caller]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let value = self.load_at(::std::sync::atomic::Ordering::Relaxed, &at!($name, "fmt"));
                ::std::fmt::Debug::fmt(&value, f)
            }
        }
    };
}

/// Operations that write unconditionally and are std's by the same name.
macro_rules! read_modify_write {
    ($name:ident, $value:ty; $($(#[$attr:meta])* $method:ident),* $(,)?) => {
        $(
            $(#[$attr])*
            ///
            /// Comes back with the value before.
            #[inline]
            #[track_caller]
            pub fn $method(&self, value: $value, order: ::std::sync::atomic::Ordering) -> $value {
                let at = at!($name, stringify!($method));
                self.clock.rmw(order, &at, || self.value.$method(value, order), || self.now())
            }
        )*
    };
}

/// The [`At`](crate::engine::At) of a method of `$name`.
macro_rules! at {
    ($name:ident, $method:expr) => {
        $crate::engine::At::here(&$crate::engine::Op(concat!(
            stringify!($name),
            "::",
            $method
        )))
    };
}

mod bool;
mod fence;
mod int;
mod order;
mod ptr;

pub use self::bool::AtomicBool;
pub use self::fence::fence;
pub use self::int::*;
pub use self::ptr::AtomicPtr;
// A compiler fence orders a strand with its own signal handlers, which are the same strand.
#[allow(deprecated)]
pub use std::sync::atomic::{Ordering, compiler_fence, spin_loop_hint};
