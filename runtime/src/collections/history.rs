//! What becomes of the keys of a map behind a lock, for the checks on composed operations: whether a
//! strand that gives the lock back between a look at a key and a write of it acts on what it saw.
//!
//! Only operations by a strand that holds a lock take part: a map that nobody locks is one strand's, or
//! its faults are map races.

use super::tracked::Tracked;
use crate::engine::{At, How, MapId, Past, What};
use crate::value::{self, Value};
use std::collections::VecDeque;
use std::sync::{Mutex, OnceLock, PoisonError};

/// How many removed keys a map remembers, the newest of them.
const REMEMBERED: usize = 256;

/// The histories of keys that are not in the map, and the map's identity.
#[derive(Debug, Default)]
pub(super) struct Histories {
    map: OnceLock<MapId>,
    gone: OnceLock<Mutex<VecDeque<(u64, Past)>>>,
}

impl Histories {
    /// Of a map without keys.
    pub(super) const fn new() -> Self {
        Histories {
            map: OnceLock::new(),
            gone: OnceLock::new(),
        }
    }

    #[inline]
    fn id(&self, hash: u64) -> u64 {
        self.map.get_or_init(MapId::default).returning_key(hash)
    }

    fn with_gone<R>(&self, f: impl FnOnce(&mut VecDeque<(u64, Past)>) -> R) -> R {
        let gone = self.gone.get_or_init(Mutex::default);
        f(&mut gone.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The hash of a key, where its history counts; 0 otherwise.
    #[inline]
    pub(super) fn hash(hash: impl FnOnce() -> u64) -> u64 {
        if Past::counts() { hash() } else { 0 }
    }

    /// A key was found, with its history.
    #[inline]
    pub(super) fn found<V>(
        &self,
        tracked: &Tracked<V>,
        hash: impl FnOnce() -> u64,
        what: What,
        at: &At,
    ) {
        let now = || value::of(tracked.value());
        tracked.past.seen(|| self.id(hash()), what, now, at);
    }

    /// A key was looked for in vain.
    #[inline]
    pub(super) fn missed(&self, hash: impl FnOnce() -> u64, at: &At) {
        if !Past::counts() {
            return;
        }
        let hash = hash();
        let id = self.id(hash);
        if self.gone.get().is_none() {
            return Past::missed(None, id, at);
        }
        self.with_gone(|gone| {
            let past = gone.iter().find(|(other, _)| *other == hash);
            Past::missed(past.map(|(_, past)| past), id, at);
        });
    }

    /// A key is given a value.
    #[inline]
    pub(super) fn written(
        &self,
        past: &Past,
        hash: impl FnOnce() -> u64,
        new: Value,
        how: How,
        at: &At,
    ) {
        past.written(|| self.id(hash()), new, how, at);
    }

    /// The history that a key goes on with which was not in the map.
    #[inline]
    pub(super) fn resume(&self, hash: impl FnOnce() -> u64) -> Past {
        if self.gone.get().is_none() || !Past::counts() {
            return Past::default();
        }
        let hash = hash();
        self.with_gone(|gone| {
            let index = gone.iter().position(|(other, _)| *other == hash);
            index.and_then(|index| gone.remove(index))
        })
        .map_or_else(Past::default, |(_, past)| past)
    }

    /// A key is removed.
    #[inline]
    pub(super) fn removed(&self, past: &mut Past, hash: impl FnOnce() -> u64, how: How, at: &At) {
        if !Past::counts() {
            return;
        }
        let hash = hash();
        past.written(|| self.id(hash), Value::ABSENT, how, at);
        let past = std::mem::take(past);
        self.with_gone(|gone| {
            if gone.len() >= REMEMBERED {
                gone.pop_front();
            }
            gone.push_back((hash, past));
        });
    }
}
