//! The atomics the engine is made of; loom's under its models (`--cfg fidge_loom`).

#[cfg(not(fidge_loom))]
pub use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};
#[cfg(fidge_loom)]
pub use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering};

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
