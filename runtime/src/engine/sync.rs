//! The clock that a synchronisation object carries between strands.
//!
//! Inline are 16 bytes: a lock, the *tip* (the epoch of the last release, when the clock is just
//! what that release published) and a handle to the rest, which exists from the first release on.
//! Because an epoch names one clock (see `state`), a tip that the acquirer has reached means that
//! there is nothing to join, and a tip that equals the releaser's epoch means that there is nothing
//! to store: the uncontended path of a lock touches no clock.

use super::arena::{self, Handle};
use super::clock::Clock;
use super::epoch::Epoch;
use super::lock::{Spin, SpinGuard};
use super::prim::{AtomicU32, AtomicU64, Ordering};
use super::state::{self, Edge, Passes, State};
use super::tape::{self, Event};
use super::{At, Op};

/// A clock with its releaser's epoch: `clock | tip`.
#[derive(Debug)]
pub struct Snapshot {
    /// Without the own component of `tip`'s strand.
    pub clock: Clock,
    /// The releaser's epoch; none when `clock` is all (several releases).
    pub tip: Epoch,
}

impl Snapshot {
    /// Orders nothing.
    pub const NONE: Snapshot = Snapshot {
        clock: Clock::EMPTY,
        tip: Epoch::NONE,
    };

    /// Whether it orders nothing.
    #[inline]
    pub fn is_none(&self) -> bool {
        !self.tip.is_some() && self.clock.is_empty()
    }

    /// `self |= clock | tip`.
    pub fn join(&mut self, clock: &Clock, tip: Epoch) {
        if self.is_none() {
            self.clock.assign(clock);
            self.tip = tip;
            return;
        }
        if tip.is_some() && self.tip == tip {
            return;
        }
        if self.tip.is_some() {
            self.clock.raise(self.tip.slot(), self.tip.time());
            self.tip = Epoch::NONE;
        }
        self.clock.join(clock, |_, _| {});
        if tip.is_some() {
            self.clock.raise(tip.slot(), tip.time());
        }
    }

    /// `self := none`.
    #[inline]
    pub fn clear(&mut self) {
        self.clock.clear();
        self.tip = Epoch::NONE;
    }
}

/// What a [`SyncVar`] has beside its tip.
#[derive(Debug)]
struct Body {
    clock: Clock,
    /// Identity in traces; 0 until one is recorded.
    id: u32,
    /// Where the last release was.
    released: Option<(&'static Op, &'static core::panic::Location<'static>)>,
}

/// One happens-before carrier. Any thread may call any method at any time; the caller sees to it
/// that the call stands on the right side of the real operation: `acquire` after it took effect,
/// `release` before.
#[derive(Debug)]
pub struct SyncVar {
    lock: Spin,
    body: AtomicU32,
    tip: AtomicU64,
}

/// A carrier, wherever its parts are: a [`SyncVar`], or one of the two of a lock, which share theirs.
#[derive(Clone, Copy, Debug)]
pub struct Carrier<'a> {
    /// Held for every change, unless the caller keeps all others away.
    pub lock: &'a Spin,
    /// The rest, if there is one yet.
    pub body: &'a AtomicU32,
    /// The last release.
    pub tip: &'a AtomicU64,
}

impl Default for SyncVar {
    fn default() -> Self {
        Self::new()
    }
}

impl SyncVar {
    /// A clock that orders nothing yet.
    #[cfg(not(fidge_loom))]
    pub const fn new() -> Self {
        SyncVar {
            lock: Spin::new(),
            body: AtomicU32::new(0),
            tip: AtomicU64::new(0),
        }
    }
    /// A clock that orders nothing yet.
    #[cfg(fidge_loom)]
    pub fn new() -> Self {
        SyncVar {
            lock: Spin::new(),
            body: AtomicU32::new(0),
            tip: AtomicU64::new(0),
        }
    }

    /// What was released into this clock happens before what the current strand does next, on every
    /// schedule: a message.
    #[inline]
    pub fn acquire(&self, at: &At) {
        self.acquire_by(Edge::Told, at);
    }

    /// [`acquire`](Self::acquire), where another schedule may turn the edge round: mutual exclusion.
    #[inline]
    pub fn acquire_in_turn(&self, at: &At) {
        self.acquire_by(Edge::Chance, at);
    }

    #[inline]
    fn acquire_by(&self, edge: Edge, at: &At) {
        if let Some(mut me) = state::enter() {
            self.acquire_for(&mut me, edge, at);
        }
    }

    /// [`acquire_in_turn`](Self::acquire_in_turn) by a strand at hand.
    #[inline]
    pub fn take_in(&self, me: &mut State, at: &At) {
        self.acquire_for(me, Edge::Chance, at);
    }

    #[inline]
    fn acquire_for(&self, me: &mut State, edge: Edge, at: &At) {
        if tape::on(me) {
            self.lock().trace(me, Event::Acquire, at);
        }
        self.carrier().learn(me, edge, at);
    }

    /// `L := C_t`: what the current strand did happens before whoever acquires; earlier releases
    /// are replaced.
    #[inline]
    pub fn release(&self, at: &At) {
        if let Some(mut me) = state::enter() {
            let mut clock = self.lock();
            clock.trace(&mut me, Event::Release, at);
            clock.release(&mut me, Passes::All, at);
        }
    }

    /// `L |= C_t`: as [`release`](Self::release), but earlier releases stay.
    #[inline]
    pub fn release_join(&self, at: &At) {
        if let Some(mut me) = state::enter() {
            self.pass_on(&mut me, Passes::All, at);
        }
    }

    /// [`release_join`](Self::release_join) by a strand at hand, of what it did or of a part.
    #[inline]
    pub fn pass_on(&self, me: &mut State, passes: Passes, at: &At) {
        let mut clock = self.lock();
        clock.trace(me, Event::ReleaseJoin, at);
        clock.release_join(me, passes, at);
    }

    /// See [`Carrier::lock`].
    #[inline]
    pub fn lock(&self) -> Locked<'_> {
        self.carrier().lock()
    }

    /// Its parts.
    #[inline]
    pub fn carrier(&self) -> Carrier<'_> {
        Carrier {
            lock: &self.lock,
            body: &self.body,
            tip: &self.tip,
        }
    }
}

impl<'a> Carrier<'a> {
    /// Acquires for a strand at hand, as part of an operation traced as a whole.
    #[inline(always)]
    pub fn learn(self, me: &mut State, edge: Edge, at: &At) {
        // A tip names its whole clock, so one look settles the common cases without the lock.
        let tip = Epoch(self.tip.load(Ordering::Acquire));
        let known = if tip.is_some() {
            me.has_heard(tip, edge)
        } else {
            self.body.load(Ordering::Acquire) == 0
        };
        if !known {
            self.lock().acquire(me, edge, at);
        }
    }

    /// `L |= C_t` by a strand at hand, into a clock that nothing but joins is done to.
    #[inline(always)]
    pub fn join_in(self, me: &mut State, passes: Passes, at: &At) {
        // What the strand released in this epoch is there still: joins take nothing away.
        if me.has_published(Epoch(self.tip.load(Ordering::Relaxed)), passes) {
            me.releases += 1;
        } else {
            self.lock().release_join(me, passes, at);
        }
    }

    /// Takes the clock for a few operations on it and on what must change with it.
    #[inline]
    pub fn lock(self) -> Locked<'a> {
        Locked {
            held: Some(self.lock.lock()),
            body: self.body,
            tip: self.tip,
        }
    }

    /// [`lock`](Self::lock) where the caller holds a real lock that keeps all others from this clock
    /// (but for looks at its tip).
    #[inline]
    pub fn locked_by_caller(self) -> Locked<'a> {
        Locked {
            held: None,
            body: self.body,
            tip: self.tip,
        }
    }
}

impl Drop for SyncVar {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the body is this variable's own, and nobody else can reach it any more.
        unsafe { give_back(&self.body) };
    }
}

/// A carrier is gone: so is its body.
///
/// # Safety
///
/// The body is its own, and nobody else can reach it any more.
#[inline]
pub unsafe fn give_back(body: &AtomicU32) {
    let body = body.load(Ordering::Relaxed);
    if body != 0 {
        // SAFETY: the caller's promise.
        unsafe {
            (*arena::address(body).cast::<Body>()).clock.clear();
            arena::free(body, size_of::<Body>());
        }
    }
}

/// A carrier that this thread holds.
#[derive(Debug)]
pub struct Locked<'a> {
    #[expect(dead_code, reason = "the guard's drop gives the lock back")]
    held: Option<SpinGuard<'a>>,
    body: &'a AtomicU32,
    tip: &'a AtomicU64,
}

impl Locked<'_> {
    #[inline]
    fn tip(&self) -> Epoch {
        Epoch(self.tip.load(Ordering::Relaxed))
    }

    #[inline]
    fn body_handle(&self) -> Handle {
        self.body.load(Ordering::Relaxed)
    }

    #[inline]
    fn body(&mut self) -> &mut Body {
        if self.body_handle() == 0 {
            let fresh = arena::alloc(size_of::<Body>());
            // SAFETY: a fresh block of that size.
            unsafe {
                arena::address(fresh).cast::<Body>().write(Body {
                    clock: Clock::EMPTY,
                    id: 0,
                    released: None,
                });
            }
            self.body.store(fresh, Ordering::Relaxed);
        }
        // SAFETY: the block holds a `Body`, and the lock is held.
        unsafe { &mut *arena::address(self.body_handle()).cast::<Body>() }
    }

    fn set_tip(&mut self, tip: Epoch) {
        self.tip.store(tip.0, Ordering::Relaxed);
    }

    /// Identity in traces.
    pub fn id(&mut self) -> u64 {
        let body = self.body();
        if body.id == 0 {
            body.id = tape::next_id();
        }
        u64::from(body.id)
    }

    /// Puts an operation on this clock into the trace, if there is one.
    pub(super) fn trace(&mut self, me: &mut State, event: Event, at: &At) {
        if tape::on(me) {
            let id = self.id();
            tape::push(me, event, id, 0, at);
        }
    }

    /// `C_t |= L`.
    #[inline]
    pub fn acquire(&mut self, me: &mut State, edge: Edge, at: &At) {
        let tip = self.tip();
        if tip.is_some() && me.has_heard(tip, edge) || self.body_handle() == 0 {
            return;
        }
        let body = self.body();
        let released = body.released.map(|(op, location)| At::new(op, location));
        me.join(&body.clock, tip, edge, at, released.as_ref());
    }

    /// `L := C_t`.
    #[inline]
    pub fn release(&mut self, me: &mut State, passes: Passes, at: &At) {
        let tip = me.publish(passes);
        if self.tip() != tip {
            let body = self.body();
            body.clock.assign(me.clock());
            body.released = Some((at.op, at.location));
            self.set_tip(tip);
        }
    }

    /// `L |= C_t`.
    #[inline]
    pub fn release_join(&mut self, me: &mut State, passes: Passes, at: &At) {
        let tip = self.tip();
        // What is in `L` is known already: joining to it is replacing it.
        if tip.is_some() && me.knows(tip) || self.body_handle() == 0 {
            return self.release(me, passes, at);
        }
        let mine = me.publish(passes);
        self.join(me.clock(), mine);
        self.body().released = Some((at.op, at.location));
    }

    /// `L |= clock | tip`.
    pub fn join(&mut self, clock: &Clock, tip: Epoch) {
        let old = self.tip();
        let body = self.body();
        let mut all = Snapshot {
            clock: core::mem::replace(&mut body.clock, Clock::EMPTY),
            tip: old,
        };
        all.join(clock, tip);
        body.clock = all.clock;
        self.set_tip(all.tip);
    }

    /// `L := F_t`: a relaxed store; with no release fence before it, it cuts the release sequence.
    #[inline]
    pub fn publish_fence(&mut self, me: &State, at: &At) {
        if self.body_handle() == 0 && me.fence.is_none() {
            return;
        }
        let body = self.body();
        if me.fence.is_none() {
            body.clock.clear();
        } else {
            body.clock.assign(&me.fence.clock);
            body.released = Some((at.op, at.location));
        }
        self.set_tip(me.fence.tip);
    }

    /// `L |= F_t`: a relaxed read-modify-write, which continues the release sequence.
    #[inline]
    pub fn join_fence(&mut self, me: &State, at: &At) {
        if !me.fence.is_none() {
            self.join(&me.fence.clock, me.fence.tip);
            self.body().released = Some((at.op, at.location));
        }
    }

    /// `pending_t |= L`: a relaxed load.
    #[inline]
    pub fn add_to_pending(&mut self, me: &mut State) {
        let tip = self.tip();
        if self.body_handle() == 0 || tip.is_some() && me.has_heard(tip, Edge::Told) {
            return;
        }
        let clock = &self.body().clock;
        if tip.is_some() || !clock.is_empty() {
            me.pending.join(clock, tip);
        }
    }
}
