//! The atomics the engine is made of; loom's under its models (`--cfg fidge_loom`).

#[cfg(not(fidge_loom))]
pub use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
#[cfg(fidge_loom)]
pub use loom::{
    cell::UnsafeCell,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
};

/// The standard one behind as much of loom's interface as the engine uses.
#[cfg(not(fidge_loom))]
#[derive(Debug)]
pub struct UnsafeCell<T>(core::cell::UnsafeCell<T>);

#[cfg(not(fidge_loom))]
impl<T> UnsafeCell<T> {
    /// Holds `value`.
    pub const fn new(value: T) -> Self {
        UnsafeCell(core::cell::UnsafeCell::new(value))
    }
    /// Runs `f` on where it is.
    #[inline]
    pub fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// Lets another thread run: a short spin first, then the processor is given up.
#[inline]
pub fn back_off(round: &mut u32) {
    #[cfg(fidge_loom)]
    loom::thread::yield_now();
    #[cfg(not(fidge_loom))]
    if *round < 6 {
        for _ in 0..1 << *round {
            core::hint::spin_loop();
        }
    } else {
        std::thread::yield_now();
    }
    *round = round.saturating_add(1);
}
