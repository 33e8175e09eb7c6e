//! The clocks of a map beside those of its keys.

use super::absent::Absent;
use super::size::Size;
use crate::engine::At;
use crate::engine::order::Named;

/// What operations on absent keys, and on the map as a whole, synchronise through.
#[derive(Default)]
pub(super) struct Edges {
    /// What the shards are called, by their numbers.
    pub shards: Named,
    pub absent: Absent,
    pub size: Size,
}

impl Edges {
    /// A new key was inserted; the shard is still locked.
    #[inline]
    pub fn inserted(&self, at: &At) {
        self.size.release(at);
    }

    /// A key of this hash is about to be removed; the shard is locked.
    #[inline]
    pub fn removed(&self, hash: u64, at: &At) {
        self.absent.release(hash, at);
        self.size.release(at);
    }
}
