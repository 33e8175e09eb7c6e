//! Happens-before that Fidge cannot see: synchronisation by other means than the façade (a C
//! library, a signal, hand-written assembly), said in words.
//!
//! What a strand did before [`release`] of an address happens before what another does after its
//! [`acquire`] of the same address. The address is a name only: nothing is read or written there.
//! With the feature `detect` off both functions are empty.
//!
//! ```
//! let queue = 0u8; // stands for something that Fidge cannot look into
//! // The sender, before it hands something over:
//! fidge::hb::release(&queue);
//! // The receiver, after it got it:
//! fidge::hb::acquire(&queue);
//! ```

#[cfg(feature = "detect")]
use crate::engine::{At, Op, memory};

/// What was released at `addr` so far happens before what this strand does next.
#[inline(always)]
#[cfg_attr(feature = "detect", track_caller)]
pub fn acquire<T: ?Sized>(addr: *const T) {
    #[cfg(feature = "detect")]
    memory::acquire(addr.cast::<()>().addr(), &At::here(&Op("hb::acquire")));
    #[cfg(not(feature = "detect"))]
    let _ = addr;
}

/// What this strand did so far happens before what follows a later [`acquire`] of `addr`.
/// Earlier releases at `addr` stay.
#[inline(always)]
#[cfg_attr(feature = "detect", track_caller)]
pub fn release<T: ?Sized>(addr: *const T) {
    #[cfg(feature = "detect")]
    memory::release(addr.cast::<()>().addr(), &At::here(&Op("hb::release")));
    #[cfg(not(feature = "detect"))]
    let _ = addr;
}
