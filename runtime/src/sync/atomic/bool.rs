//! The boolean.

use std::sync::atomic::Ordering;

atomic!(AtomicBool, bool);

impl AtomicBool {
    read_modify_write! { AtomicBool, bool;
        /// Logical and.
        fetch_and,
        /// Logical nand.
        fetch_nand,
        /// Logical or.
        fetch_or,
        /// Logical exclusive or.
        fetch_xor,
    }

    /// Logical not.
    ///
    /// Comes back with the value before.
    #[inline]
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        let at = at!(AtomicBool, "fetch_not");
        self.clock
            .rmw(order, &at, || self.value.fetch_not(order), || self.now())
    }
}
