//! The pointer.

use super::order::strongest_failure;
use crate::engine::At;
use std::fmt;
use std::sync::atomic::Ordering;

atomic!(AtomicPtr<T>, *mut T);

impl<T> AtomicPtr<T> {
    /// Offsets the pointer by `count` times the size of `T`, wrapping around.
    ///
    /// Comes back with the value before.
    #[inline]
    #[track_caller]
    pub fn fetch_ptr_add(&self, count: usize, order: Ordering) -> *mut T {
        let at = at!(AtomicPtr, "fetch_ptr_add");
        self.map_at(order, &at, |pointer| pointer.wrapping_add(count))
    }

    /// Offsets the pointer back by `count` times the size of `T`, wrapping around.
    ///
    /// Comes back with the value before.
    #[inline]
    #[track_caller]
    pub fn fetch_ptr_sub(&self, count: usize, order: Ordering) -> *mut T {
        let at = at!(AtomicPtr, "fetch_ptr_sub");
        self.map_at(order, &at, |pointer| pointer.wrapping_sub(count))
    }

    /// Offsets the pointer by `count` bytes, wrapping around.
    ///
    /// Comes back with the value before.
    #[inline]
    #[track_caller]
    pub fn fetch_byte_add(&self, count: usize, order: Ordering) -> *mut T {
        let at = at!(AtomicPtr, "fetch_byte_add");
        self.map_at(order, &at, |pointer| pointer.wrapping_byte_add(count))
    }

    /// Offsets the pointer back by `count` bytes, wrapping around.
    ///
    /// Comes back with the value before.
    #[inline]
    #[track_caller]
    pub fn fetch_byte_sub(&self, count: usize, order: Ordering) -> *mut T {
        let at = at!(AtomicPtr, "fetch_byte_sub");
        self.map_at(order, &at, |pointer| pointer.wrapping_byte_sub(count))
    }

    /// Bitwise or of the address.
    ///
    /// Comes back with the value before.
    #[inline]
    #[track_caller]
    pub fn fetch_or(&self, value: usize, order: Ordering) -> *mut T {
        let at = at!(AtomicPtr, "fetch_or");
        self.map_at(order, &at, |pointer| {
            pointer.map_addr(|address| address | value)
        })
    }

    /// Bitwise and of the address.
    ///
    /// Comes back with the value before.
    #[inline]
    #[track_caller]
    pub fn fetch_and(&self, value: usize, order: Ordering) -> *mut T {
        let at = at!(AtomicPtr, "fetch_and");
        self.map_at(order, &at, |pointer| {
            pointer.map_addr(|address| address & value)
        })
    }

    /// Bitwise exclusive or of the address.
    ///
    /// Comes back with the value before.
    #[inline]
    #[track_caller]
    pub fn fetch_xor(&self, value: usize, order: Ordering) -> *mut T {
        let at = at!(AtomicPtr, "fetch_xor");
        self.map_at(order, &at, |pointer| {
            pointer.map_addr(|address| address ^ value)
        })
    }

    /// One read-modify-write. std's own methods are younger than this crate's `rust-version`; a loop
    /// that ends with one successful exchange is the same operation, in the place of one.
    #[inline]
    fn map_at(&self, order: Ordering, at: &At, map: impl Fn(*mut T) -> *mut T) -> *mut T {
        let real = || {
            let mut before = self.value.load(Ordering::Relaxed);
            loop {
                let after = map(before);
                let failure = strongest_failure(order);
                match self
                    .value
                    .compare_exchange_weak(before, after, order, failure)
                {
                    Ok(replaced) => return replaced,
                    Err(now) => before = now,
                }
            }
        };
        self.clock.rmw(order, at, real, || self.now())
    }
}

impl<T> fmt::Pointer for AtomicPtr<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = self.load_at(Ordering::Relaxed, &at!(AtomicPtr, "fmt"));
        fmt::Pointer::fmt(&pointer, f)
    }
}
