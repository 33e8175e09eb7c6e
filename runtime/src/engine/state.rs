//! What a running strand carries: its epoch, its fence clocks, its locks; and which strand the
//! current OS thread runs.
//!
//! The access path needs one thread-local load and one comparison here: [`epoch`]. All else goes
//! through [`enter`], which registers threads that Fidge did not see start, and keeps the engine
//! from being entered twice by one thread: what a signal handler does while the engine is at work
//! below it is not recorded, but counted.
//!
//! # Times and epochs
//!
//! `time` is the strand's own component. It ticks after each release, lazily: only when something
//! (an access, a grown clock) has *used* the epoch since; or, where the release may tell (see [`Passes`]),
//! if something that the strand composes was *noted* at it. So an epoch names one clock value, in
//! both directions: whoever has reached `time@slot` has all the strand knew then, and a release that
//! publishes the epoch that was last published there has nothing to do. It also ticks before the
//! clock grows within a used epoch, so that the clock of every access can be told from its epoch
//! (see `record`).
//!
//! # What it was told
//!
//! Memory order counts every edge, but who comes first at a lock is a matter of luck. *Told* is the
//! part of a strand's clock that came by edges that the program makes on every schedule: fork, join, a
//! message, a flag, an answer; not by mutual exclusion, a read-modify-write or a map's own operations (the
//! weak order of hybrid detection, O'Callahan & Choi, PPoPP 2003). What a strand composes of several atomic
//! operations is judged by it. An edge that tells passes on all that its sender knew, however the
//! sender had learned of it: told is never too small, so it silences rather than accuses.
//!
//! A strand that *asks* again and again waits for an answer, and is told by it, whatever it asks with: an
//! operation that changes nothing (an exchange that fails, a `swap` of what is there, a lock whose holder
//! writes nothing) is a question, and the same one at the same place finds the answer.

use super::arena;
use super::clock::Clock;
use super::epoch::{Epoch, Slot, Time};
use super::finding::Mode;
use super::held::{Held, Resource, Via};
use super::lock::SpinGuard;
use super::reads::Reads;
use super::record::{NO_EPOCH, Record};
use super::sync::Snapshot;
use super::waits::{self, Pause};
use super::walk::Taken;
use super::{At, foreign, schedule, scope, session, tape};
use crate::stack::Extent;
use core::cell::Cell;
use core::panic::Location;
use core::sync::atomic::{AtomicU64, Ordering};

/// See the module.
#[derive(Debug)]
pub struct State {
    /// Whether the engine is at work for this strand.
    busy: Cell<bool>,
    /// Its turn, while the engine is at work for it and its session is recorded.
    turn: Option<SpinGuard<'static>>,
    /// Whether the current epoch was used.
    used: bool,
    /// Whether something that it composes was noted at the current epoch.
    noted: bool,
    /// The own component.
    time: Time,
    /// Its slot.
    pub slot: Slot,
    /// What the strand was told, once that is not all that it knows.
    told: Clock,
    /// Whether `told` holds; until then the clock does.
    split: bool,
    /// How many ended foreign threads this strand knows of.
    pub foreign_seen: u64,
    /// Whether what it composes of several operations is checked.
    pub composes: bool,
    /// Whether operations that nothing but a map orders are told.
    pub pedantic: bool,
    /// What it has read of locations that it has not written since.
    pub reads: Reads,
    /// What it asked last, and may ask again until the answer is another.
    asked: Asked,
    /// What it removed last from the two maps that it last removed anything from.
    pub taken: [Taken; 2],
    /// What the program allows where it is.
    pub allows: u32,
    /// How many atomic scopes it is in.
    pub scopes: u32,
    /// What a foreign thread was taken to know at its start.
    pub given: Clock,
    /// Its part that others ask, which outlives it.
    pub record: &'static Record,
    /// State of its random sequence; 0: it is not disturbed.
    pub noise: u64,
    /// `F_t`: what a relaxed store publishes.
    pub fence: Snapshot,
    /// Joined by relaxed loads; an acquire fence takes it in.
    pub pending: Snapshot,
    /// The locks it holds.
    pub held: Held,
    /// How often it released anything.
    pub releases: u64,
    /// The strand that is current again when this one is not.
    pub below: *mut State,
    /// Where it waits, while it is a task that holds locks and is not being polled.
    pub pause: Pause,
    /// Where its stack walks go: up to the frame that started it.
    pub extent: Extent,
    /// Recently interned sites.
    pub sites: crate::stack::Cache,
}

/// An operation that changed nothing: a look, which may be repeated until it finds something else.
#[derive(Clone, Copy, Debug)]
struct Asked {
    /// Where.
    place: *const Location<'static>,
    /// Of which lock or atomic.
    whom: u64,
    /// How far that had come.
    then: u64,
}

impl Asked {
    const NOTHING: Asked = Asked {
        place: core::ptr::null(),
        whom: 0,
        then: 0,
    };
}

/// What an edge of happens-before is to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// It is there on every schedule: fork, join, a message, a flag.
    Told,
    /// Another schedule may turn it round: a lock, a read-modify-write, a map's operation.
    Chance,
}

/// What a release passes on of what its strand has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passes {
    /// All.
    All,
    /// Accesses, and not what the strand composes of operations: a map's own release. No program waits for
    /// another strand by a key of a map, so it tells nothing; and as it need not make a new epoch for each
    /// write of a key, later operations on other keys find their clocks as they left them.
    Accesses,
}

/// The epoch of a state that is nobody's: equal to no epoch in shadow.
static NOBODY: AtomicU64 = AtomicU64::new(NO_EPOCH);

/// This OS thread's current strand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Current {
    /// Not registered yet.
    Unknown,
    /// Its last destructor has run.
    Gone,
    Strand(*mut State),
}

thread_local! {
    static CURRENT: Cell<Current> = const { Cell::new(Current::Unknown) };
    /// `&record.fast` of the current strand.
    static FAST: Cell<*const AtomicU64> = const { Cell::new(&raw const NOBODY) };
}

/// What the current strand's accesses of this epoch left in shadow; no such word otherwise.
#[inline(always)]
pub fn epoch() -> u64 {
    // SAFETY: FAST points at NOBODY or into the record of this thread's current strand.
    FAST.with(|fast| unsafe { (*fast.get()).load(Ordering::Relaxed) })
}

/// See [`reentered`].
static REENTERED: AtomicU64 = AtomicU64::new(0);

/// How many calls were not recorded because they came from a signal handler that had interrupted the
/// engine, or from within the engine's own work.
pub fn reentered() -> u64 {
    REENTERED.load(Ordering::Relaxed)
}

/// The current strand, while the engine works for it.
#[derive(Debug)]
pub struct Me(*mut State);

impl Drop for Me {
    #[inline]
    fn drop(&mut self) {
        self.turn = None;
        self.busy.set(false);
    }
}

impl core::ops::Deref for Me {
    type Target = State;
    #[inline]
    fn deref(&self) -> &State {
        // SAFETY: only one `Me` exists for a state at a time (`busy`), and the state outlives it.
        unsafe { &*self.0 }
    }
}

impl core::ops::DerefMut for Me {
    #[inline]
    fn deref_mut(&mut self) -> &mut State {
        // SAFETY: as above.
        unsafe { &mut *self.0 }
    }
}

/// The current strand, registered if need be; `None` when nothing is to be recorded.
#[inline]
pub fn enter() -> Option<Me> {
    let Current::Strand(state) = CURRENT.get() else {
        return register();
    };
    // SAFETY: the thread's current state is live.
    let me = unsafe { &mut *state };
    if me.busy.get() {
        REENTERED.fetch_add(1, Ordering::Relaxed);
        return None;
    }
    if arena::stopped() {
        return None;
    }
    me.busy.set(true);
    let mut me = Me(state);
    if me.noise != 0 {
        schedule::disturb(&mut me);
    }
    if me.record.taped {
        me.turn = Some(tape::turn(me.record));
    }
    if me.record.taken.load(Ordering::Relaxed) >= me.time {
        me.advance();
    }
    if me.foreign_seen != foreign::ended() {
        foreign::learn(&mut me);
    }
    Some(me)
}

/// A thread that Fidge did not see start does something for the first time.
#[cold]
fn register() -> Option<Me> {
    if CURRENT.get() == Current::Gone
        || arena::stopped()
        || !(arena::ready() && super::slots::ready())
    {
        return None;
    }
    // Whatever the registration itself calls (the system may allocate) is not recorded.
    CURRENT.set(Current::Gone);
    crate::stack::note_thread();
    let state = foreign::start()?;
    // SAFETY: a fresh state that nobody else knows.
    unsafe { (*state).extent = Extent::to(0) };
    install(Current::Strand(state));
    super::exit::watch();
    enter()
}

fn install(current: Current) {
    let fast = match current {
        // SAFETY: the state is live while it is current, and so is its record.
        Current::Strand(state) => unsafe { &raw const (*state).record.fast },
        _ => &raw const NOBODY,
    };
    // A signal handler in between sees a stale fast epoch of a live state at worst.
    CURRENT.set(current);
    FAST.set(fast);
}

impl State {
    /// A running strand's state; freed with [`State::free`].
    pub fn new(record: &'static Record) -> *mut State {
        let at = arena::address(arena::alloc(size_of::<State>())).cast::<State>();
        let state = State {
            busy: Cell::new(false),
            turn: None,
            used: true,
            noted: false,
            time: record.start,
            slot: record.slot,
            told: Clock::EMPTY,
            split: false,
            foreign_seen: 0,
            // A trace is held against detectors of races: nothing else may tick the clock.
            composes: session::is_composed(record.session) && !record.taped,
            pedantic: session::is_pedantic(record.session) && !record.taped,
            reads: Reads::new(),
            asked: Asked::NOTHING,
            taken: [Taken::NOTHING; 2],
            allows: 0,
            scopes: 0,
            given: Clock::EMPTY,
            record,
            noise: record.noise,
            fence: Snapshot::NONE,
            pending: Snapshot::NONE,
            held: Held::new(),
            releases: 0,
            below: core::ptr::null_mut(),
            pause: Pause::NOT,
            extent: Extent::default(),
            sites: crate::stack::Cache::new(),
        };
        // SAFETY: a fresh block of that size.
        unsafe { at.write(state) };
        at
    }

    /// The strand no longer runs.
    ///
    /// # Safety
    ///
    /// `state` came from [`State::new`], is nobody's current strand, and is not used again.
    pub unsafe fn free(state: *mut State) {
        // SAFETY: as the caller promises.
        unsafe {
            waits::resume(state);
            (*state).fence.clear();
            (*state).pending.clear();
            (*state).given.clear();
            (*state).told.clear();
            (*state).reads.clear();
            (*state).held.clear();
            let record = (*state).record;
            if !(*state).used && !(*state).noted {
                record.now.store((*state).time - 1, Ordering::Release);
            }
            arena::free(arena::handle(state.cast()), size_of::<State>());
            record.exited();
        }
    }

    /// See [`epoch`].
    #[inline]
    pub fn fast_epoch(&self) -> u64 {
        self.record.fast.load(Ordering::Relaxed)
    }

    /// The epoch of an access that is recorded now.
    #[inline]
    pub fn access_epoch(&mut self) -> Epoch {
        self.used = true;
        let epoch = Epoch::new(self.slot, self.time);
        if !tape::on(self) && !scope::watches(self) {
            self.record.fast.store(epoch.0, Ordering::Relaxed);
            if self.record.taken.load(Ordering::Relaxed) >= self.time {
                // Taken since this operation began: the store just undid what `take` stored.
                self.record.fast.store(NO_EPOCH, Ordering::Relaxed);
            }
        }
        epoch
    }

    /// The epoch of something that the strand composes: of no access.
    #[inline]
    pub fn note_epoch(&mut self) -> Epoch {
        self.noted = true;
        Epoch::new(self.slot, self.time)
    }

    /// The epoch that a release publishes now.
    #[inline]
    pub fn publish(&mut self, passes: Passes) -> Epoch {
        self.releases += 1;
        if self.is_news(passes) {
            self.advance();
        }
        Epoch::new(self.slot, self.time - 1)
    }

    /// Whether [`publish`](Self::publish) would give just this epoch.
    #[inline]
    pub fn has_published(&self, epoch: Epoch, passes: Passes) -> bool {
        epoch == Epoch::new(self.slot, self.time - 1) && !self.is_news(passes)
    }

    #[inline]
    fn is_news(&self, passes: Passes) -> bool {
        self.used || self.noted && passes == Passes::All
    }

    #[inline]
    fn advance(&mut self) {
        self.used = false;
        self.noted = false;
        self.time += 1;
        self.record.now.store(self.time, Ordering::Release);
        self.record.fast.store(NO_EPOCH, Ordering::Relaxed);
    }

    /// It took a lock.
    #[inline]
    pub fn hold(&mut self, lock: (usize, Via), resource: Resource, mode: Mode, at: &At) {
        self.held.push(lock, resource, mode, self.releases, at);
    }

    /// It asked something by an operation that changed nothing.
    #[inline]
    pub fn asks(&mut self, place: &'static Location<'static>, whom: u64, then: u64) {
        self.asked = Asked { place, whom, then };
    }

    /// What an edge is that an operation at `place` makes; `now` tells whom it asks, and how far that has
    /// come: `is_answer` of then and now says whether it is what the strand waited for.
    #[inline]
    pub fn edge_at(
        &mut self,
        place: &'static Location<'static>,
        now: impl FnOnce(&Self) -> (u64, u64),
        is_answer: impl FnOnce(u64, u64) -> bool,
    ) -> Edge {
        if !core::ptr::eq(self.asked.place, place) {
            return Edge::Chance;
        }
        let (whom, now) = now(self);
        let asked = core::mem::replace(&mut self.asked, Asked::NOTHING);
        match asked.whom == whom && is_answer(asked.then, now) {
            true => Edge::Told,
            false => Edge::Chance,
        }
    }

    /// The epoch as of now, for those who wait for the end.
    pub fn last_epoch(&self) -> Epoch {
        Epoch::new(self.slot, self.time)
    }

    /// The own clock (the own component in it may be stale: [`State::knows`] does not look at it).
    #[inline]
    pub fn clock(&self) -> &Clock {
        // SAFETY: this strand is the owner, and joins only in `join`, which holds `&mut self`.
        unsafe { self.record.clock() }
    }

    /// Whether `epoch` happens before what this strand does now.
    #[inline]
    pub fn knows(&self, epoch: Epoch) -> bool {
        epoch.slot() == self.slot || self.clock().knows(epoch)
    }

    /// Whether `epoch` happens before what this strand does now, on every schedule.
    #[inline]
    pub fn was_told(&self, epoch: Epoch) -> bool {
        epoch.slot() == self.slot || self.told().knows(epoch)
    }

    /// What the strand was told (the own component in it may be stale).
    #[inline]
    pub fn told(&self) -> &Clock {
        if self.split { &self.told } else { self.clock() }
    }

    /// Whether an edge from `epoch` brings nothing new.
    #[inline]
    pub fn has_heard(&self, epoch: Epoch, edge: Edge) -> bool {
        self.knows(epoch) && (edge == Edge::Chance || !self.split || self.was_told(epoch))
    }

    /// `C_t |= clock | tip`. `released` is where, for reports.
    #[cold]
    pub fn join(&mut self, clock: &Clock, tip: Epoch, edge: Edge, at: &At, released: Option<&At>) {
        let record = self.record;
        match edge {
            Edge::Chance if !self.split => {
                self.split = true;
                // SAFETY: this strand is the record's owner, and nothing is joined meanwhile.
                self.told.assign(unsafe { record.clock() });
            }
            Edge::Told if self.split => {
                self.told.join(clock, |_, _| {});
                if tip.is_some() {
                    self.told.raise(tip.slot(), tip.time());
                }
            }
            Edge::Chance | Edge::Told => {}
        }
        record.join(
            clock,
            tip,
            || {
                (
                    crate::stack::place(at),
                    released.map_or(0, crate::stack::place),
                )
            },
            || {
                if self.is_news(Passes::All) {
                    self.advance();
                }
                self.used = true;
                self.record.fast.store(NO_EPOCH, Ordering::Relaxed);
                self.time
            },
        );
    }
}

/// Whether somebody could wait in vain for what this thread asks for next: it holds a lock, or tasks
/// that it polls do. Whoever holds nothing is in no cycle.
#[inline]
pub fn holds_any() -> bool {
    let Current::Strand(state) = CURRENT.get() else {
        return false;
    };
    // SAFETY: the thread's current state is live, and nobody else changes what it holds.
    let (none, below) = unsafe { ((*state).held.is_empty(), (*state).below) };
    !none || waits::any_paused() || !below.is_null() && holds_any_below(below)
}

#[cold]
fn holds_any_below(mut state: *mut State) -> bool {
    while !state.is_null() {
        // SAFETY: a strand outlives those that were made current above it on its thread.
        let (none, below) = unsafe { ((*state).held.is_empty(), (*state).below) };
        if !none {
            return true;
        }
        state = below;
    }
    false
}

/// Something that this OS thread has and no other.
pub fn thread() -> usize {
    CURRENT.with(|current| &raw const *current as usize)
}

/// The current strand waited for something that another said by means that by themselves tell nothing: a
/// condition under a lock. It was told all that it has learned.
pub fn has_waited() {
    if let Some(mut me) = enter() {
        me.split = false;
        me.told.clear();
    }
}

/// The strand that was current before another was made so.
#[derive(Debug)]
pub struct Switch {
    before: Option<*mut State>,
}

/// Makes `state` the current strand. `base` is where its stack walks end.
pub fn switch_to(state: *mut State, base: usize) -> Switch {
    let before = match CURRENT.get() {
        Current::Strand(before) => Some(before),
        Current::Unknown | Current::Gone => None,
    };
    // SAFETY: the caller gives us a live state that is current nowhere else.
    unsafe {
        (*state).extent = Extent::to(base);
        (*state).below = before.unwrap_or(core::ptr::null_mut());
    }
    install(Current::Strand(state));
    if before.is_none() {
        super::exit::watch();
    }
    Switch { before }
}

/// Whether this thread has a strand to come back to from [`switch_to`]; it is registered if it can
/// be.
pub fn has_strand() -> bool {
    // Not `enter`: that disturbs the strand, and has it learn, for no operation.
    matches!(CURRENT.get(), Current::Strand(_)) || register().is_some()
}

impl Switch {
    /// Makes the strand before current again and says whether there was one; where there was none,
    /// the strand stays (its thread's destructors are still to run).
    pub fn back(&self) -> bool {
        if let Some(before) = self.before {
            install(Current::Strand(before));
        }
        self.before.is_some()
    }
}

/// In the child of a `fork`, on its only thread: all that any strand of the parent did so far
/// happens before what this one does.
pub fn forked() {
    // A thread that is not known yet takes its past in when it registers, and a signal handler that
    // forked while the engine was at work must leave the strand alone.
    if let Current::Strand(state) = CURRENT.get()
        // SAFETY: the thread's current state is live.
        && !unsafe { (*state).busy.get() }
        && let Some(mut me) = enter()
    {
        foreign::inherit(&mut me);
    }
}

/// The thread may be about to be gone: what its strand did so far is made known as if it were.
pub fn thread_may_exit() {
    if let Current::Strand(state) = CURRENT.get() {
        // SAFETY: the thread's current state is live, and a destructor interrupts no engine work.
        let me = unsafe { &mut *state };
        if me.record.parent == u32::MAX {
            foreign::end(me);
        }
    }
}

/// The thread is about to be gone: its strand ends. Called after the last destructor that can be
/// had; what comes later is not recorded.
pub fn thread_exits() {
    thread_may_exit();
    if let Current::Strand(state) = CURRENT.get() {
        install(Current::Gone);
        // SAFETY: it was this thread's current strand and is no longer.
        unsafe { State::free(state) };
    }
}
