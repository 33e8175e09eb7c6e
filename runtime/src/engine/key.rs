//! A key of a concurrent map: who may hold it, and what strands compose of operations on it.

use super::At;
use super::finding::Mode;
use super::lockvar::LockVar;
use super::mark::{key_id, new_id};
use super::spot::{How, Spot};
use super::state;
use super::value::Value;

/// A map's identity, among those of all maps.
#[derive(Clone, Copy, Debug)]
pub struct MapId(u64);

impl Default for MapId {
    /// Another one each time.
    #[inline]
    fn default() -> Self {
        MapId(new_id())
    }
}

/// What a strand has read of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Its value.
    Value,
    /// That it is there.
    Presence,
    /// Nothing that it would act on: it walks over the map, or is about to write.
    Nothing,
}

/// Clock, holders and history of one key.
#[derive(Debug)]
pub struct Key {
    lock: LockVar,
    spot: Spot,
    id: u64,
}

impl Default for Key {
    /// A key of no map yet that others know.
    #[inline]
    fn default() -> Self {
        Key {
            lock: LockVar::new(),
            spot: Spot::new(),
            id: new_id(),
        }
    }
}

impl Key {
    /// The key of this hash, of a map; `past` is what is left of one that was removed.
    #[inline]
    pub fn new(map: MapId, hash: u64, past: Option<Spot>) -> Self {
        Key {
            lock: LockVar::new(),
            spot: past.unwrap_or_default(),
            id: key_id(map.0, hash),
        }
    }

    /// Call right after the real lock was taken.
    #[inline]
    pub fn acquired(&self, mode: Mode, what: What, at: &At) {
        let Some(mut me) = state::enter() else { return };
        self.lock.taken(&mut me, mode, at);
        let value = match what {
            What::Value => None,
            What::Presence => Some(Value::PRESENT),
            What::Nothing => return,
        };
        self.spot.seen(&mut me, || self.id, value, at);
    }

    /// Call right before the real lock is given back.
    #[inline]
    pub fn released(&self, mode: Mode, at: &At) {
        self.lock.released(mode, at);
    }

    /// The strand that holds the key exclusively wrote `new`.
    #[inline]
    pub fn written(&self, new: Value, how: How, at: &At) {
        if let Some(mut me) = state::enter() {
            self.spot.written(&mut me, || self.id, new, how, at);
        }
    }

    /// What is to outlive the key, which was removed.
    #[inline]
    pub fn leave(&mut self) -> Spot {
        core::mem::take(&mut self.spot)
    }
}

/// A key of this hash, of `map`, was found absent. `past` is what is left of one that was removed.
#[inline]
pub fn missed(map: MapId, hash: u64, past: Option<&Spot>, at: &At) {
    if let Some(mut me) = state::enter() {
        let id = || key_id(map.0, hash);
        match past {
            Some(spot) => spot.seen(&mut me, id, Some(Value::ABSENT), at),
            None => Spot::missed(&mut me, id(), at),
        }
    }
}
