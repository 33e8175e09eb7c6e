//! A key of a concurrent map: who may hold it, and what strands compose of operations on it.

use super::At;
use super::finding::Mode;
use super::held::{Resource, Via};
use super::how::How;
use super::lock::Spin;
use super::lockvar::LockVar;
use super::mark::{self, Version, key_id, new_id};
use super::order::Name;
use super::scope;
use super::session;
use super::spot::Spot;
use super::state::{self, Passes, State};
use super::sync::SyncVar;
use super::value::Value;
use core::sync::atomic::{AtomicBool, Ordering};

/// A map's identity, among those of all maps.
#[derive(Clone, Copy, Debug)]
pub struct MapId(u64);

impl Default for MapId {
    /// Another one each time.
    #[inline]
    fn default() -> Self {
        // As many bits as the names of its shards have room for.
        MapId(new_id() >> 17)
    }
}

impl MapId {
    /// What the lock of its shard of that number is called.
    #[inline]
    pub fn shard(self, number: usize) -> Name {
        Name::shard(self.0, number)
    }

    /// The identity of the map's key of this hash.
    #[inline]
    pub fn key(self, hash: u64) -> u64 {
        key_id(self.0, hash)
    }

    /// The same, of a key that its map may forget, as one does whose callers synchronise.
    #[inline]
    pub fn returning_key(self, hash: u64) -> u64 {
        mark::returning(self.key(hash))
    }
}

/// What a strand has read of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Its value.
    Value,
    /// That it is there.
    Presence,
    /// Its value, in passing: it walks over the map, and will not act on one key.
    Passing,
    /// Nothing: what it does is told by itself.
    Nothing,
}

/// Clock, holders and history of one key.
#[derive(Debug)]
#[repr(C)]
pub struct Key {
    // First what every operation looks at.
    hash: u64,
    lock: LockVar<Spot>,
}

impl Key {
    /// A key of this hash, which nobody has touched.
    #[inline]
    pub fn new(hash: u64) -> Self {
        Key {
            hash,
            lock: LockVar::with(Spot::new()),
        }
    }

    /// Its hash.
    #[inline]
    pub fn hash(&self) -> u64 {
        self.hash
    }

    #[inline]
    fn spot(&self) -> &Spot {
        self.lock.rest()
    }

    /// Its identity, in the map that has this shard.
    #[inline]
    fn id(&self, shard: Resource) -> u64 {
        MapId(shard.name.map()).key(self.hash)
    }

    /// Call right after the real lock, that of `shard`, was taken. `now` looks at the value.
    #[inline]
    pub fn acquired(
        &self,
        shard: Resource,
        mode: Mode,
        (what, now): (What, impl FnOnce() -> Value),
        at: &At,
    ) {
        let Some(mut me) = state::enter() else { return };
        match mode {
            Mode::Exclusive => self.spot().prepare(),
            Mode::Shared => self.spot().prepare_read(),
        }
        // What it sees it sees under the locks that it held before.
        self.lock.come(&mut me, mode, at);
        if me.pedantic && matches!(what, What::Value | What::Presence) {
            self.spot().note(&mut me, || self.id(shard), None, at);
        }
        match what {
            What::Value | What::Presence => {
                let present = what == What::Presence;
                self.spot()
                    .seen_as(&mut me, || self.id(shard), present, now, at);
            }
            What::Passing => {
                let id = (shard.name != Name::NONE).then(|| self.id(shard));
                self.spot().passed_by(&mut me, id, at);
            }
            What::Nothing => {}
        }
        let lock = (self.lock.identity(), Via::Key);
        me.hold(lock, shard, mode, at);
    }

    /// Call right before the real lock, that of `shard`, is given back. `wrote`: what the strand that holds
    /// the key exclusively wrote, at last.
    #[inline]
    pub fn released(&self, shard: Resource, mode: Mode, wrote: Option<(Value, How)>, at: &At) {
        let Some(mut me) = state::enter() else { return };
        if let Some((new, how)) = wrote {
            self.write(&mut me, shard, new, how, at);
        }
        self.lock.given_back(&mut me, Passes::Accesses, mode, at);
    }

    /// The strand that holds the key exclusively wrote `new`.
    #[inline]
    pub fn written(&self, shard: Resource, new: Value, how: How, at: &At) {
        if let Some(mut me) = state::enter() {
            self.write(&mut me, shard, new, how, at);
        }
    }

    #[inline]
    fn write(&self, me: &mut State, shard: Resource, new: Value, how: How, at: &At) {
        if me.pedantic {
            self.spot().note(me, || self.id(shard), Some(new), at);
        }
        self.spot().written_as(me, self.id(shard), new, how, at);
    }

    /// The strand, which has the lock of `shard` exclusively, writes `new` whatever was there, and is done.
    #[inline]
    pub fn overwritten(&self, shard: Resource, new: Value, at: &At) {
        if let Some(mut me) = state::enter() {
            self.spot().prepare();
            self.lock
                .visited(&mut me, Passes::Accesses, Mode::Exclusive, at);
            self.write(&mut me, shard, new, How::Blind, at);
        }
    }

    /// The strand inserts the key with the value `new`; `past` is what is left of one that was removed.
    #[inline]
    pub fn filled(
        &mut self,
        me: &mut State,
        shard: Resource,
        past: Option<Spot>,
        (new, how): (Value, How),
        at: &At,
    ) {
        if let Some(past) = past {
            past.prepare();
            *self.lock.rest_mut() = past;
        }
        self.lock.visited(me, Passes::Accesses, Mode::Exclusive, at);
        self.write(me, shard, new, how, at);
    }

    /// The strand that holds the key exclusively gives it back, and removes it. What is to outlive the key.
    #[inline]
    pub fn removed(&self, me: &mut State, shard: Resource, how: How, at: &At) -> Spot {
        self.lock
            .given_back(me, Passes::Accesses, Mode::Exclusive, at);
        self.write(me, shard, Value::ABSENT, how, at);
        self.spot().take()
    }
}

/// What is left of a key that was removed: the clock of its removals, and its history.
#[derive(Debug, Default)]
pub struct Gone {
    clock: SyncVar,
    spot: Spot,
}

impl Gone {
    /// The key was found absent, or is about to be inserted anew.
    #[inline]
    pub fn acquire(&self, me: &mut State, at: &At) {
        self.clock.take_in(me, at);
    }

    /// The key is about to be removed, or remains absent after all.
    #[inline]
    pub fn release(&self, me: &mut State, at: &At) {
        self.clock.pass_on(me, Passes::Accesses, at);
    }

    /// The history of the key that was removed.
    #[inline]
    pub fn keep(&mut self, past: Spot) {
        self.spot = past;
    }

    /// The history, for the key that is inserted anew.
    #[inline]
    pub fn resume(&mut self) -> Spot {
        core::mem::take(&mut self.spot)
    }
}

/// The key `id` was found absent.
#[inline]
pub fn missed(me: &mut State, id: u64, gone: Option<&Gone>, at: &At) {
    match gone {
        // It was inserted again meanwhile, with its history.
        Some(gone) if !gone.spot.is_marked() => {
            gone.acquire(me, at);
            Spot::missed(me, id, at);
        }
        Some(gone) => {
            gone.acquire(me, at);
            gone.spot.seen_as(me, || id, false, || Value::ABSENT, at);
        }
        None => Spot::missed(me, id, at),
    }
}

/// What became of one key of a map whose callers synchronise: it counts only while they hold a lock.
#[derive(Debug, Default)]
pub struct Past(Spot);

impl Past {
    /// Of a key that nobody has touched.
    pub const fn new() -> Self {
        Past(Spot::new())
    }

    /// Whether what the current strand does now counts.
    #[inline]
    pub fn counts() -> bool {
        state::enter().is_some_and(|me| me.composes && me.held.any())
    }

    /// The key was found. `id` is its identity; `now` looks at the value.
    #[inline]
    pub fn seen(&self, id: impl FnOnce() -> u64, what: What, now: impl FnOnce() -> Value, at: &At) {
        if let Some(mut me) = state::enter()
            && me.held.any()
        {
            let value = match what {
                // Who wrote it last may have held no lock, or have done it by a reference.
                What::Value => (!self.0.knows_its_value()).then(now),
                What::Presence => Some(Value::PRESENT),
                What::Passing | What::Nothing => return,
            };
            self.0.seen(&mut me, id, value, at);
        }
    }

    /// The strand came by the key.
    #[inline]
    pub fn passed(&self, at: &At) {
        if self.0.is_marked()
            && let Some(mut me) = state::enter()
            && me.held.any()
        {
            self.0.passed_by(&mut me, None, at);
        }
    }

    /// The key was not there; `past` is what is left of it if it was removed.
    #[inline]
    pub fn missed(past: Option<&Past>, id: u64, at: &At) {
        if let Some(mut me) = state::enter() {
            match past {
                Some(past) => past.0.seen(&mut me, || id, Some(Value::ABSENT), at),
                None => Spot::missed(&mut me, id, at),
            }
        }
    }

    /// The key was given a value, or removed.
    #[inline]
    pub fn written(&self, id: impl FnOnce() -> u64, new: Value, how: How, at: &At) {
        if let Some(mut me) = state::enter()
            && me.held.any()
        {
            self.0.written(&mut me, id, new, how, at);
        }
    }
}

/// The size of a concurrent map, for strands that act on it. Nobody pays for it before somebody asks.
#[derive(Debug, Default)]
pub struct Size {
    watched: AtomicBool,
    lock: Spin,
    spot: Spot,
}

/// In place of a key's hash: no key has the map's size for its value.
const SIZE: u64 = 0x5a5a_5a5a_5a5a_5a5a;

impl Size {
    /// The strand is about to be told how many keys the map has; the answer goes to [`read`](Self::read).
    pub fn ask(&self, map: MapId) -> Version {
        let Some(me) = state::enter().filter(|me| me.composes) else {
            return 0;
        };
        self.watched.store(true, Ordering::Relaxed);
        let _held = self.lock.lock();
        let version = self.spot.count(|| map.key(SIZE));
        drop(me);
        version
    }

    /// The strand was told that the map has `len` keys, having [asked](Self::ask).
    pub fn read(&self, map: MapId, asked: Version, len: usize, at: &At) {
        if let Some(mut me) = state::enter()
            && me.composes
        {
            let _held = self.lock.lock();
            if me.pedantic {
                self.spot.note(&mut me, || map.key(SIZE), None, at);
            }
            let size = Value::size(len);
            self.spot
                .counted(&mut me, || map.key(SIZE), asked, size, at);
        }
    }

    /// A key was inserted, or removed.
    #[inline]
    pub fn changed(&self, map: MapId, by: i64, at: &At) {
        if self.counts() {
            self.change(map, by, at);
        }
    }

    /// A key was given another value: the size is as it was, but may be what the strand went by.
    #[inline]
    pub fn stays(&self, map: MapId, at: &At) {
        if self.watched.load(Ordering::Relaxed) {
            self.change(map, 0, at);
        }
    }

    #[inline]
    fn counts(&self) -> bool {
        self.watched.load(Ordering::Relaxed) || scope::are_open() || session::any_is_pedantic()
    }

    #[cold]
    fn change(&self, map: MapId, by: i64, at: &At) {
        if let Some(mut me) = state::enter()
            && me.composes
        {
            let _held = self.lock.lock();
            self.spot.resized(&mut me, || map.key(SIZE), by, at);
        }
    }
}
