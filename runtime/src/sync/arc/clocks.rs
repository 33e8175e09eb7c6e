//! The clocks of an allocation shared by `Arc`s.
//!
//! They are kept by the engine under the addresses of the two counts, which stand right before the
//! value and whose addresses nobody else can name: a `fidge::hb` clock on the value is another one.
//! (Where the value's alignment is so large that there is padding in between, it is an address in
//! that padding; as private, and the allocation's as well.)
//!
//! The allocation's end must end them, before the memory is another's:
//!
//! * the *strong* clock when the last strong handle is gone: no release can come any more, as each
//!   comes before its handle goes, and no acquire, as it takes a strong handle;
//! * the *weak* clock at that moment too, since `get_mut` alone asks for it. A `Weak` that releases
//!   later than that finds the strong count at zero afterwards and ends the clock itself, while it
//!   still keeps the memory.

use crate::engine::{At, memory};

/// The addresses under which the engine keeps an allocation's clocks.
#[derive(Clone, Copy)]
pub(super) struct Clocks {
    strong: usize,
    weak: usize,
}

impl Clocks {
    /// Of the allocation with its value at `value`.
    #[inline]
    pub(super) fn of<T: ?Sized>(value: *const T) -> Self {
        let value = value.cast::<()>().addr();
        let count = size_of::<usize>();
        Clocks {
            strong: value.wrapping_sub(2 * count),
            weak: value.wrapping_sub(count),
        }
    }

    /// Before a strong handle goes.
    pub(super) fn release_strong(self, at: &At) {
        memory::release(self.strong, at);
    }

    /// Before a `Weak` goes.
    pub(super) fn release_weak(self, at: &At) {
        memory::release(self.weak, at);
    }

    /// After a strong handle was made of a `Weak`.
    pub(super) fn acquire_strong(self, at: &At) {
        memory::acquire(self.strong, at);
    }

    /// After a strong handle was found to be the only handle of all.
    pub(super) fn acquire_alone(self, at: &At) {
        memory::acquire(self.strong, at);
        memory::acquire(self.weak, at);
    }

    /// After the strong count fell to zero, by whoever brought it there.
    pub(super) fn settle(self, at: &At) {
        memory::acquire(self.strong, at);
        memory::forget_clock(self.strong);
        memory::forget_clock(self.weak);
    }

    /// After `release_weak`, by a `Weak` that found the strong count at zero.
    pub(super) fn forget_weak(self) {
        memory::forget_clock(self.weak);
    }
}
