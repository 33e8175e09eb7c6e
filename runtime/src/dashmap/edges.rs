//! The clocks of a map beside those of its keys.

use super::absent::Absent;
use super::size::Size;
use crate::engine::{self, At, MapId, Resource, Spot, Walks};
use crate::value::Value;

/// What operations on absent keys, and on the map as a whole, synchronise through.
#[derive(Default)]
pub(super) struct Edges {
    pub id: MapId,
    pub absent: Absent,
    pub size: Size,
    pub count: engine::Size,
    pub walks: Walks,
}

impl Edges {
    /// A new key of this hash was inserted; the shard is still locked.
    #[inline]
    pub fn inserted(&self, hash: u64, shard: Resource, new: Value, at: &At) {
        self.size.release(at);
        self.count.changed(self.id, 1, at);
        self.walks.changed(shard, hash, true, new, at);
    }

    /// A key of this hash is about to be removed; the shard is locked. `past` is what it leaves.
    #[inline]
    pub fn removed(&self, hash: u64, shard: Resource, (past, old): (Spot, Value), at: &At) {
        self.absent.release(hash, Some(past), at);
        self.size.release(at);
        self.count.changed(self.id, -1, at);
        self.walks.changed(shard, hash, false, old, at);
    }
}
