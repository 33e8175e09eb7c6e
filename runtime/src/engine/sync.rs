//! The clock that a synchronisation object carries between strands.

use super::At;

/// One happens-before carrier. Any thread may call any method at any time; the caller sees to it
/// that the call stands on the right side of the real operation: `acquire` after it took effect,
/// `release` before.
#[derive(Debug, Default)]
pub struct SyncVar {}

impl SyncVar {
    /// A clock that orders nothing yet.
    pub const fn new() -> Self {
        SyncVar {}
    }
    /// What was released into this clock happens before what the current strand does next.
    #[inline]
    pub fn acquire(&self, at: &At) {
        let _ = at;
    }
    /// `L := C_t`: what the current strand did happens before whoever acquires; earlier releases
    /// are replaced.
    #[inline]
    pub fn release(&self, at: &At) {
        let _ = at;
    }
    /// `L |= C_t`: as [`release`](Self::release), but earlier releases stay.
    #[inline]
    pub fn release_join(&self, at: &At) {
        let _ = at;
    }
}
