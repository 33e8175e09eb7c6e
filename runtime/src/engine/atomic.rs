//! Atomics: release sequences after C++20.

use super::At;
use std::sync::atomic::Ordering;

/// Clock and shadow of one atomic. Every method runs the real operation `f` while the clock is
/// held, so that clock and value change together. `f` must not panic nor enter the engine.
#[derive(Debug, Default)]
pub struct AtomicVar {}

impl AtomicVar {
    /// An atomic that nobody has touched.
    pub const fn new() -> Self {
        AtomicVar {}
    }
    /// A load with `order`.
    #[inline]
    pub fn load<T>(&self, order: Ordering, at: &At, f: impl FnOnce() -> T) -> T {
        let _ = (order, at);
        f()
    }
    /// A store with `order`.
    #[inline]
    pub fn store(&self, order: Ordering, at: &At, f: impl FnOnce()) {
        let _ = (order, at);
        f()
    }
    /// A read-modify-write that always writes (`swap`, `fetch_*`).
    #[inline]
    pub fn rmw<T>(&self, order: Ordering, at: &At, f: impl FnOnce() -> T) -> T {
        let _ = (order, at);
        f()
    }
    /// A compare-and-exchange: a read-modify-write when `f` is `Ok`, else a load with `failure`.
    #[inline]
    pub fn compare_exchange<T>(
        &self,
        success: Ordering,
        failure: Ordering,
        at: &At,
        f: impl FnOnce() -> Result<T, T>,
    ) -> Result<T, T> {
        let _ = (success, failure, at);
        f()
    }
    /// A non-atomic read of the value (`into_inner`, a read through `get_mut`).
    #[inline]
    pub fn read(&self, at: &At) {
        let _ = at;
    }
    /// A non-atomic write of the value (`get_mut`).
    #[inline]
    pub fn write(&self, at: &At) {
        let _ = at;
    }
}
