//! Integers.

macro_rules! count {
    ($name:ident, $int:ty; $($(#[$doc:meta])* $method:ident,)*) => {
        $(
            $(#[$doc])*
            ///
            /// Comes back with the value before.
            #[inline]
            #[track_caller]
            pub fn $method(&self, value: $int, order: ::std::sync::atomic::Ordering) -> $int {
                let at = at!($name, stringify!($method));
                let real = || self.value.$method(value, order);
                self.clock.count(order, &at, real, || self.now())
            }
        )*
    };
}

macro_rules! atomic_int {
    ($($bits:literal: $name:ident, $int:ty;)*) => {
        $(
            #[cfg(target_has_atomic = $bits)]
            atomic!($name, $int);

            #[cfg(target_has_atomic = $bits)]
            impl $name {
                read_modify_write! { $name, $int;
                    /// Bitwise and.
                    fetch_and,
                    /// Bitwise nand.
                    fetch_nand,
                    /// Bitwise or.
                    fetch_or,
                    /// Bitwise exclusive or.
                    fetch_xor,
                    /// Keeps the greater of the value and `value`.
                    fetch_max,
                    /// Keeps the lesser of the value and `value`.
                    fetch_min,
                }

                count! { $name, $int;
                    /// Adds, wrapping around.
                    fetch_add,
                    /// Subtracts, wrapping around.
                    fetch_sub,
                }
            }
        )*
    };
}

atomic_int! {
    "8": AtomicI8, i8;
    "8": AtomicU8, u8;
    "16": AtomicI16, i16;
    "16": AtomicU16, u16;
    "32": AtomicI32, i32;
    "32": AtomicU32, u32;
    "64": AtomicI64, i64;
    "64": AtomicU64, u64;
    "ptr": AtomicIsize, isize;
    "ptr": AtomicUsize, usize;
}
