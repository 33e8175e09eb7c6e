//! The clocks of a map beside those of its keys.

use super::absent::Absent;
use super::hold::Hold;
use super::size::Size;
use crate::engine::{self, At, How, Key, MapId, Resource, Walks, walk};
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
    /// The key of this hash, which is about to be inserted with the value `new`; the shard is locked.
    #[inline]
    pub fn inserted(&self, hash: u64, shard: Resource, new: Value, how: How, at: &At) -> Key {
        let mut key = Key::new(hash);
        if let Some(mut me) = engine::enter() {
            let past = self.absent.resume(&mut me, hash, at);
            key.filled(&mut me, shard, past, (new, how), at);
            walk::put(&mut me, shard, hash, new, at);
            self.size.release(&mut me, at);
        }
        self.count.changed(self.id, 1, at);
        self.walks.changed(shard, hash, true, new, at);
        key
    }

    /// The key of this hash, whose value is `old`, is about to be removed by who holds it.
    #[inline]
    pub fn removed(&self, hold: Hold, hash: u64, old: Value, how: How, at: &At) {
        let shard = hold.shard();
        hold.remove(how, at, |me, past| {
            self.absent.release(me, hash, Some(past), at);
            self.size.release(me, at);
            walk::take(me, shard, hash, old);
        });
        self.count.changed(self.id, -1, at);
        self.walks.changed(shard, hash, false, old, at);
    }
}
