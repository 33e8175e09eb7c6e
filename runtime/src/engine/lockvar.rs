//! A lock as the engine sees it.

use super::At;
use super::finding::Mode;
use super::held::{Resource, Via};
use super::lock::Spin;
use super::order::{self, Named};
use super::prim::{AtomicU32, AtomicU64};
use super::scope::{self, Deed};
use super::state::{self, Passes, State};
use super::sync::{self, Carrier};
use super::tape::{self, Event};
use super::waits::{self, Queue, Request};

/// The clocks of a mutex or reader-writer lock, and the record of who holds it (for reports).
///
/// A shared release orders later exclusive acquires only; an exclusive release orders everything.
///
/// `R` is what else there is: the name of a lock. A key of a map goes by its shard's.
#[derive(Debug)]
#[repr(C)]
pub struct LockVar<R = Named> {
    // The order keeps together what every operation on a key looks at.
    /// Of exclusive releases, and of shared ones.
    tips: [AtomicU64; 2],
    rest: R,
    bodies: [AtomicU32; 2],
    /// Of both clocks.
    lock: Spin,
}

impl Default for LockVar {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> Drop for LockVar<R> {
    #[inline]
    fn drop(&mut self) {
        for body in &self.bodies {
            // SAFETY: the body is this lock's own, and nobody else can reach it any more.
            unsafe { sync::give_back(body) };
        }
    }
}

impl LockVar {
    /// A lock nobody has held.
    #[cfg(not(fidge_loom))]
    pub const fn new() -> Self {
        LockVar::with(Named::new())
    }

    /// Call right after the real lock was taken. How often the strand has read anything so far.
    #[inline]
    pub fn acquired(&self, mode: Mode, at: &At) -> u64 {
        let Some(mut me) = state::enter() else {
            return 0;
        };
        self.come(&mut me, mode, at);
        me.hold((self.identity(), Via::Lock), self.resource(), mode, at);
        me.reads.count()
    }

    /// Call after the real lock was taken by an operation that may wait, before [`acquired`](Self::acquired).
    #[inline]
    pub fn came_after_waiting(&self, mode: Mode, at: &At) {
        if waits::holds_any() {
            order::nested(self.resource().name, mode, at);
        }
    }

    #[inline]
    fn resource(&self) -> Resource {
        Resource {
            address: self.identity(),
            name: self.rest.name(),
        }
    }

    /// For whoever may have to wait for the real lock, which lets a waiting writer go first.
    #[inline]
    pub fn request<'a>(&self, mode: Mode, at: &'a At) -> Request<'a> {
        Request {
            resource: self as *const _ as usize,
            mode,
            queue: Queue::Writers,
            at,
        }
    }

    /// The holder looks at what the lock protects, or may write it.
    #[inline]
    pub fn touched(&self, deed: Deed, at: &At) {
        scope::protected(|| self.rest.name(), deed, at);
    }

    /// Call right before the real lock is given back.
    #[inline]
    pub fn released(&self, mode: Mode, at: &At) {
        if let Some(mut me) = state::enter() {
            self.given_back(&mut me, Passes::All, mode, at);
        }
    }

    /// As [`released`](Self::released), where the holder has looked and written nothing. A strand that takes
    /// the lock at the same place once more, and has read nothing that is known here since it first did, when
    /// it had read `reads` times, waits for something.
    #[inline]
    pub fn released_as_it_was(&self, mode: Mode, reads: u64, at: &At) {
        if let Some(mut me) = state::enter() {
            me.asks(at.location, self as *const _ as u64, reads);
            self.given_back(&mut me, Passes::All, mode, at);
        }
    }
}

impl<R> LockVar<R> {
    /// A lock nobody has held.
    #[cfg(not(fidge_loom))]
    pub const fn with(rest: R) -> Self {
        LockVar {
            tips: [AtomicU64::new(0), AtomicU64::new(0)],
            rest,
            bodies: [AtomicU32::new(0), AtomicU32::new(0)],
            lock: Spin::new(),
        }
    }

    /// What else there is.
    #[inline]
    pub fn rest(&self) -> &R {
        &self.rest
    }

    /// [`rest`](Self::rest), to be changed.
    #[inline]
    pub fn rest_mut(&mut self) -> &mut R {
        &mut self.rest
    }

    #[inline]
    fn of(&self, mode: Mode) -> Carrier<'_> {
        let index = usize::from(mode == Mode::Shared);
        Carrier {
            lock: &self.lock,
            body: &self.bodies[index],
            tip: &self.tips[index],
        }
    }

    /// Taken and given back by one operation, in which nobody can see that it is held.
    #[inline]
    pub fn visited(&self, me: &mut State, passes: Passes, mode: Mode, at: &At) {
        self.come(me, mode, at);
        self.go(me, passes, mode, at);
    }

    /// Puts an operation on the lock into the trace, if there is one.
    #[inline]
    fn trace(&self, me: &mut State, [exclusive, shared]: [Event; 2], mode: Mode, at: &At) {
        if tape::on(me) {
            let event = match mode {
                Mode::Exclusive => exclusive,
                Mode::Shared => shared,
            };
            let id = self.of(Mode::Exclusive).lock().id();
            tape::push(me, event, id, 0, at);
        }
    }

    /// What it is told apart by from the other locks that a strand holds.
    #[inline]
    pub fn identity(&self) -> usize {
        self as *const _ as usize
    }

    /// The strand has taken the real lock: what others did under it is known from here on.
    #[inline]
    pub fn come(&self, me: &mut State, mode: Mode, at: &At) {
        self.trace(me, [Event::Lock, Event::LockShared], mode, at);
        let now = |me: &State| (self.identity() as u64, me.reads.count());
        let edge = me.edge_at(at.location, now, |then, now| then == now);
        self.of(Mode::Exclusive).learn(me, edge, at);
        if mode == Mode::Exclusive {
            self.of(Mode::Shared).learn(me, edge, at);
        }
    }

    /// [`released`](LockVar::released) by a strand at hand.
    #[inline]
    pub fn given_back(&self, me: &mut State, passes: Passes, mode: Mode, at: &At) {
        self.go(me, passes, mode, at);
        me.held.pop(self.identity(), mode);
    }

    #[inline]
    fn go(&self, me: &mut State, passes: Passes, mode: Mode, at: &At) {
        self.trace(me, [Event::Unlock, Event::UnlockShared], mode, at);
        match mode {
            // The real lock is held: nobody else acquires or releases meanwhile.
            Mode::Exclusive => self
                .of(Mode::Exclusive)
                .locked_by_caller()
                .release(me, passes, at),
            Mode::Shared => self.of(Mode::Shared).join_in(me, passes, at),
        }
    }
}
