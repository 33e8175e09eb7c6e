//! Strands whose reads of a location its mark itself keeps: one a location, its owner, as long as it lives.
//!
//! An owner has a number that no other has until 2^31 were had, and while it lives a seat, so that a strand
//! that comes to a location of somebody who is gone can see that.

use core::sync::atomic::{AtomicU32, Ordering};

/// Its number; 0: nobody's.
pub type Owner = u32;

/// One that owns nothing, and never will.
pub const NONE: Owner = u32::MAX;

/// Beside the number of one whose location is gone.
pub const GONE: Owner = 1 << 31;

/// So many strands own anything at once.
const SEATS: usize = 1 << 12;

static TAKEN: [AtomicU32; SEATS] = [const { AtomicU32::new(0) }; SEATS];

/// Spread, so that those who live long do not sit side by side.
#[inline]
fn seat(owner: Owner) -> &'static AtomicU32 {
    &TAKEN[(owner.wrapping_mul(0x9e37_79b9) >> (u32::BITS - SEATS.ilog2())) as usize]
}

/// Another one, or [`NONE`] where too many have seats.
pub fn enter() -> Owner {
    const TRIES: usize = 8;
    static NEXT: AtomicU32 = AtomicU32::new(1);
    for _ in 0..TRIES {
        let owner = NEXT.fetch_add(1, Ordering::Relaxed) % GONE;
        if owner == 0 {
            continue;
        }
        let sat = seat(owner).compare_exchange(0, owner, Ordering::AcqRel, Ordering::Relaxed);
        if sat.is_ok() {
            return owner;
        }
    }
    NONE
}

/// The strand is over, or what it has noted no longer counts.
pub fn leave(owner: Owner) {
    if owner != 0 && owner != NONE {
        seat(owner).store(0, Ordering::Release);
    }
}

/// Whether it lives.
#[inline]
pub fn lives(owner: Owner) -> bool {
    owner != 0 && seat(owner).load(Ordering::Acquire) == owner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_lives_until_it_leaves_and_no_other_has_its_number() {
        let (one, other) = (enter(), enter());
        assert!(one != other && lives(one) && lives(other));
        leave(one);
        assert!(!lives(one) && lives(other));
        leave(other);
        assert!(!lives(0));
    }
}
