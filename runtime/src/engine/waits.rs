//! Who waits for whom: deadlocks, told before they hang.
//!
//! One graph for every lock that a program takes through Fidge: mutexes, reader-writer locks, the shards
//! of concurrent maps. A node is an OS thread that waits, with all that the strands on it hold: the one
//! that asks, those below it on the thread's stack (whoever polls a task waits for it), and the tasks
//! that this thread polls and that hold something while they are not polled. Of these nobody gives
//! anything back before the request is granted. An edge leads to the thread that holds what is asked for,
//! and from a reader to a writer that waits before it, where the lock lets writers go first. A request
//! must wait for *all* that hold against it, so every cycle is a deadlock.
//!
//! # What it costs
//!
//! Nothing is published while nobody waits: a strand's locks are on its own list (`held`),
//! and who holds nothing is in no cycle, so a plain operation asks [`state::holds_any`] and that is all.
//! Whoever holds something and may have to wait *enlists* first, with a copy of what it holds, under the
//! graph's lock, and looks for a cycle through itself. That finds every cycle: those on it have
//! enlisted one after the other, with their holds, and the last one saw all of them.
//!
//! # What is certain
//!
//! A request whose try fails once more after the cycle was found is one that nobody is going to grant,
//! if the holders hold what they took. Guards of a concurrent map can be sent to another strand, unseen:
//! where one on the cycle may have been (its strand released something since it took it), and where the
//! holder is a task that is not polled, which another thread might poll, the cycle must last for
//! `PATIENCE` rounds before it is told. A guard that was forgotten stays held, as its lock does.

use super::Op;
use super::arena::{self, Handle};
use super::epoch::Epoch;
use super::finding::Mode;
use super::finding::{Kind, Severity};
use super::held::{Entry, Resource, Via};
use super::lock::Spin;
use super::sink::{Act, Composition};
pub use super::state::holds_any;
use super::state::{self, State};
use super::value::Value;
use super::{At, session, sink};
use crate::stack;
use core::cell::UnsafeCell;
use core::panic::Location;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;

/// Rounds of [`ROUND`] that an uncertain cycle must last.
const PATIENCE: u32 = 600;
const ROUND: Duration = Duration::from_millis(1);

/// Threads of a cycle that are told of. A longer one is not looked for.
const LONGEST: usize = 16;

/// Whom a lock lets in while a writer waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    /// Readers, as long as no writer is in: a concurrent map's shard, `parking_lot` style.
    Readers,
    /// Nobody: readers wait behind it. std's `RwLock`; of a mutex there are no readers.
    Writers,
}

/// A lock that is asked for.
#[derive(Debug)]
pub struct Request<'a> {
    /// Its address.
    pub resource: usize,
    /// How.
    pub mode: Mode,
    /// Whom it lets in.
    pub queue: Queue,
    /// By which operation.
    pub at: &'a At,
}

/// A lock and who holds it.
#[derive(Clone, Copy, Debug)]
struct Holding {
    entry: Entry,
    /// The strand's, lately.
    epoch: Epoch,
    /// Whether it may be given back although its strand does not go on.
    uncertain: bool,
}

impl Holding {
    fn act(&self, role: &'static str) -> Act {
        act(stack::place(&self.entry.at()), self.epoch, role)
    }

    fn is_against(&self, request: &Wait) -> bool {
        self.entry.resource() == request.resource
            && (self.entry.mode == Mode::Exclusive || request.mode == Mode::Exclusive)
    }
}

/// A thread that waits; it stands on that thread's stack.
#[derive(Debug)]
struct Wait {
    next: *mut Wait,
    thread: usize,
    /// Whether a later wait of the same thread stands for it: what a lock calls while it is taken
    /// (a key's `Eq`) may ask for another.
    covered: bool,
    /// Whether the search has been here.
    visited: bool,
    /// Whether a cycle through it was told.
    told: bool,
    /// Its strand's.
    epoch: Epoch,
    resource: usize,
    mode: Mode,
    queue: Queue,
    at: At,
    /// A copy of what the thread's strands hold.
    holdings: Handle,
    len: usize,
}

/// What stands in a task's state: whether it holds locks while it is not polled.
#[derive(Debug)]
pub struct Pause {
    paused: bool,
    /// The thread that made and polled it; 0: none yet.
    home: usize,
    /// Whether more than one did, so that the next poll may be anywhere.
    roams: bool,
    next: *mut State,
}

impl Pause {
    /// Not paused.
    pub const NOT: Pause = Pause {
        paused: false,
        home: 0,
        roams: false,
        next: null_mut(),
    };

    /// The task was made, or is polled, by the calling thread.
    pub fn visit(&mut self) {
        let thread = state::thread();
        self.roams |= self.home != 0 && self.home != thread;
        self.home = thread;
    }
}

#[derive(Debug)]
struct Lists {
    waits: *mut Wait,
    paused: *mut State,
}

struct Graph {
    lock: Spin,
    lists: UnsafeCell<Lists>,
}

// SAFETY: the lists and what they lead to are only touched under `lock`.
unsafe impl Sync for Graph {}

static GRAPH: Graph = Graph {
    lock: Spin::new(),
    lists: UnsafeCell::new(Lists {
        waits: null_mut(),
        paused: null_mut(),
    }),
};

/// How many tasks are paused.
static PAUSED: AtomicUsize = AtomicUsize::new(0);

/// Whether any task holds locks while it is not polled.
#[inline]
pub fn any_paused() -> bool {
    PAUSED.load(Ordering::Relaxed) != 0
}

impl Graph {
    fn with<R>(&self, f: impl FnOnce(&mut Lists) -> R) -> R {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        f(unsafe { &mut *self.lists.get() })
    }
}

/// In the child of a `fork`, on its only thread: nobody else waits, and no task of another thread will
/// be polled again.
pub fn forked() {
    GRAPH.with(|lists| {
        lists.waits = null_mut();
        while let Some(state) = core::ptr::NonNull::new(lists.paused) {
            // SAFETY: states are never unmapped, and the list's are live.
            let pause = unsafe { &mut (*state.as_ptr()).pause };
            (pause.paused, lists.paused) = (false, pause.next);
        }
    });
    PAUSED.store(0, Ordering::Relaxed);
}

/// A task's strand holds locks and will not go on until it is polled again.
///
/// # Safety
///
/// `state` is live and not current, and stays so until [`resume`].
pub unsafe fn pause(state: *mut State) {
    GRAPH.with(|lists| {
        // SAFETY: the caller's promise; nobody else touches it.
        let pause = unsafe { &mut (*state).pause };
        pause.paused = true;
        pause.next = lists.paused;
        lists.paused = state;
    });
    PAUSED.fetch_add(1, Ordering::Relaxed);
}

/// A task's strand goes on, or ends.
///
/// # Safety
///
/// `state` is live.
pub unsafe fn resume(state: *mut State) {
    // SAFETY: the caller's promise; only whoever has the task pauses and resumes it.
    if !unsafe { (*state).pause.paused } {
        return;
    }
    GRAPH.with(|lists| {
        let mut link = &raw mut lists.paused;
        // SAFETY: the list's states are live, and under the lock.
        unsafe {
            while !(*link).is_null() && *link != state {
                link = &raw mut (**link).pause.next;
            }
            if *link == state {
                *link = (*state).pause.next;
            }
            (*state).pause.paused = false;
        }
    });
    PAUSED.fetch_sub(1, Ordering::Relaxed);
}

impl Wait {
    fn new(me: &mut State, request: &Request<'_>) -> Self {
        let mut wait = Wait {
            next: null_mut(),
            thread: state::thread(),
            covered: false,
            visited: false,
            told: false,
            epoch: me.last_epoch(),
            resource: request.resource,
            mode: request.mode,
            queue: request.queue,
            at: request.at.with_op(request.at.op),
            holdings: 0,
            len: 0,
        };
        let mut room = 0;
        each_holding(me, |_| room += 1);
        if room > 0 {
            wait.holdings = arena::alloc(room * size_of::<Holding>());
            each_holding(me, |holding| {
                // SAFETY: the block has room for as many as were counted.
                unsafe { wait.first().add(wait.len).write(holding) };
                wait.len += 1;
            });
        }
        wait
    }

    fn first(&self) -> *mut Holding {
        arena::address(self.holdings).cast()
    }

    fn holdings(&self) -> &[Holding] {
        if self.len == 0 {
            return &[];
        }
        // SAFETY: `new` wrote as many.
        unsafe { core::slice::from_raw_parts(self.first(), self.len) }
    }

    /// The lock of `other`'s thread that this request waits for: one that is certain, if there is one.
    fn waits_for(&self, other: &Wait, paused: *mut State) -> Option<Holding> {
        let mut found: Option<Holding> = None;
        let mut look = |holding: Holding| {
            if holding.is_against(self) && found.is_none_or(|have| have.uncertain) {
                found = Some(holding);
            }
        };
        other.holdings().iter().copied().for_each(&mut look);
        let mut state = paused;
        while !state.is_null() {
            // SAFETY: under the graph's lock a paused state is touched by nobody else.
            let task = unsafe { &mut *state };
            if task.pause.home == other.thread && !task.pause.roams {
                let epoch = task.last_epoch();
                for entry in task.held.entries() {
                    look(Holding {
                        entry,
                        epoch,
                        uncertain: true,
                    });
                }
            }
            state = task.pause.next;
        }
        found
    }

    /// Whether this reader stands behind that writer.
    fn queues_behind(&self, other: &Wait) -> bool {
        self.resource == other.resource
            && self.queue == Queue::Writers
            && (self.mode, other.mode) == (Mode::Shared, Mode::Exclusive)
    }
}

/// What the strands of this thread hold: those below first.
fn each_holding(me: &mut State, mut f: impl FnMut(Holding)) {
    let mut state: *mut State = me;
    while !state.is_null() {
        // SAFETY: `me` and what it stands on are this thread's, and live.
        let strand = unsafe { &mut *state };
        let (epoch, releases) = (strand.last_epoch(), strand.releases);
        for entry in strand.held.entries() {
            f(Holding {
                entry,
                epoch,
                uncertain: entry.may_be_elsewhere(releases),
            });
        }
        state = strand.below;
    }
}

/// Who asks, and what it waits for: the next one's lock, or (`None`) the next one itself, a writer.
#[derive(Clone, Copy, Debug)]
struct Step {
    wait: *mut Wait,
    op: &'static Op,
    location: &'static Location<'static>,
    epoch: Epoch,
    lock: Option<Holding>,
}

impl Step {
    /// # Safety
    ///
    /// `wait` is live, and stays as it is meanwhile.
    unsafe fn new(wait: *mut Wait, lock: Option<Holding>) -> Self {
        // SAFETY: the caller's promise.
        let asks = unsafe { &*wait };
        Step {
            wait,
            op: asks.at.op,
            location: asks.at.location,
            epoch: asks.epoch,
            lock,
        }
    }
}

/// Threads that wait for each other, from the one that looked for it.
#[derive(Debug)]
struct Cycle {
    steps: [Step; LONGEST],
    len: usize,
}

impl Cycle {
    fn steps(&self) -> &[Step] {
        &self.steps[..self.len]
    }

    /// What the last one waits for: a lock of the first one's thread.
    fn closing(&self) -> Option<Holding> {
        self.steps().last()?.lock
    }

    fn is_certain(&self) -> bool {
        let mut locks = self.steps().iter().filter_map(|step| step.lock);
        !locks.any(|holding| holding.uncertain)
    }
}

/// A [`Wait`] that is on the list.
struct Enlisted(*mut Wait);

impl Enlisted {
    /// `wait` stays where it is until the result is dropped.
    fn new(wait: &mut Wait) -> Self {
        GRAPH.with(|lists| {
            each_wait(lists, |other| other.covered |= other.thread == wait.thread);
            wait.next = lists.waits;
            lists.waits = wait;
        });
        Enlisted(wait)
    }

    fn cycle(&self) -> Option<Cycle> {
        GRAPH.with(|lists| {
            each_wait(lists, |wait| wait.visited = wait.covered);
            // SAFETY: enlisted waits are live while the lock is held.
            let here = unsafe { Step::new(self.0, None) };
            let mut cycle = Cycle {
                steps: [here; LONGEST],
                len: 0,
            };
            // SAFETY: as above.
            unsafe { search(lists, self.0, self.0, &mut cycle) }.then_some(cycle)
        })
    }

    /// Whether the cycle is this thread's to tell: it is told once.
    fn claims(&self, cycle: &Cycle) -> bool {
        GRAPH.with(|lists| {
            let mut told = false;
            each_wait(lists, |wait| {
                if cycle
                    .steps()
                    .iter()
                    .any(|step| core::ptr::eq(step.wait, wait))
                {
                    told |= wait.told;
                    wait.told = true;
                }
            });
            !told
        })
    }
}

impl Drop for Enlisted {
    fn drop(&mut self) {
        // SAFETY: the wait is on this thread's stack, and others look at it under the lock.
        let (thread, holdings, len) =
            unsafe { ((*self.0).thread, (*self.0).holdings, (*self.0).len) };
        GRAPH.with(|lists| {
            let mut link = &raw mut lists.waits;
            // SAFETY: the list's waits are live, and under the lock.
            unsafe {
                while !(*link).is_null() && *link != self.0 {
                    link = &raw mut (**link).next;
                }
                if *link == self.0 {
                    *link = (*self.0).next;
                }
            }
            // The newest of the thread's others stands for itself again.
            let mut first = true;
            each_wait(lists, |wait| {
                if wait.thread == thread && core::mem::take(&mut first) {
                    wait.covered = false;
                }
            });
        });
        if len > 0 {
            // SAFETY: the copy is this wait's own.
            unsafe { arena::free(holdings, len * size_of::<Holding>()) };
        }
    }
}

fn each_wait(lists: &Lists, mut f: impl FnMut(&mut Wait)) {
    let mut wait = lists.waits;
    while !wait.is_null() {
        // SAFETY: under the graph's lock the list's waits are live and touched by nobody else.
        let here = unsafe { &mut *wait };
        f(here);
        wait = here.next;
    }
}

/// Depth first, from `from` back to `start`.
///
/// # Safety
///
/// The graph's lock is held, and both are on the list.
unsafe fn search(lists: &Lists, from: *mut Wait, start: *mut Wait, cycle: &mut Cycle) -> bool {
    if cycle.len == LONGEST {
        return false;
    }
    let index = cycle.len;
    cycle.len += 1;
    // SAFETY: both are live, and shared references to one wait may stand side by side.
    let here = unsafe { &*from };
    let mut try_next = |next: *mut Wait| {
        // SAFETY: as above.
        let other = unsafe { &*next };
        let lock = here.waits_for(other, lists.paused);
        if lock.is_none() && (next == from || !here.queues_behind(other)) {
            return false;
        }
        // SAFETY: as above.
        cycle.steps[index] = unsafe { Step::new(from, lock) };
        if next == start {
            return true;
        }
        // SAFETY: under the lock; no reference to it is used across this.
        unsafe { (*next).visited = true };
        // SAFETY: the caller's promise, and `next` is on the list.
        unsafe { search(lists, next, start, cycle) }
    };
    if try_next(start) {
        return true;
    }
    let mut next = lists.waits;
    while !next.is_null() {
        // SAFETY: on the list.
        let (visited, after) = unsafe { ((*next).visited, (*next).next) };
        if !visited && next != from && next != start && try_next(next) {
            return true;
        }
        next = after;
    }
    cycle.len = index;
    false
}

/// The current strand took a lock that many keys share; see `Via::Shard`.
#[inline]
pub fn hold(resource: Resource, mode: Mode, at: &At) {
    if let Some(mut me) = state::enter() {
        me.hold((resource.address, Via::Shard), resource, mode, at);
    }
}

/// The current strand is about to give such a lock back.
#[inline]
pub fn let_go(resource: Resource, mode: Mode) {
    if let Some(mut me) = state::enter() {
        me.held.pop(resource.address, mode);
    }
}

/// Takes a lock with `block`, which may wait for it; a wait that would never end is told of before.
/// `granted` tries to take the lock, and says whether it was had; it gives it back at once.
///
/// # Panics
///
/// When the request is part of a deadlock, unless the session goes on.
#[inline(never)]
#[track_caller]
pub fn wait<R>(
    request: &Request<'_>,
    mut granted: impl FnMut() -> bool,
    block: impl FnOnce() -> R,
) -> R {
    // A writer that holds nothing may still stand before readers that do.
    let is_waited_for = (request.mode, request.queue) == (Mode::Exclusive, Queue::Writers);
    if !is_waited_for && !state::holds_any() {
        return block();
    }
    let Some(mut me) = state::enter() else {
        return block();
    };
    if !session::of(&me).composed.load(Ordering::Relaxed) {
        drop(me);
        return block();
    }
    let mut wait = Wait::new(&mut me, request);
    drop(me);
    let enlisted = Enlisted::new(&mut wait);
    let mut rounds = 0;
    while let Some(cycle) = enlisted.cycle() {
        if granted() {
            break;
        }
        if cycle.is_certain() || rounds == PATIENCE {
            if enlisted.claims(&cycle) && tell(&cycle, request) {
                drop(enlisted);
                refuse(&cycle, request);
            }
            break;
        }
        rounds += 1;
        std::thread::sleep(ROUND);
    }
    block()
}

/// A task gives the thread back and keeps what it holds.
pub fn tell_of_await(me: &mut State) {
    if me.held.is_empty() || !session::of(me).composed.load(Ordering::Relaxed) {
        return;
    }
    let (epoch, created) = (me.last_epoch(), me.record.created);
    for index in 0.. {
        let entry = me.held.entries().nth(index);
        let Some(entry) = entry else { return };
        let sides = [
            act(stack::place(&entry.at()), epoch, "held from here on"),
            act(created, epoch, "the task that holds it"),
        ];
        let composition = Composition::new(Kind::GuardAcrossAwait, Severity::Warning, sides, []);
        sink::report_composed(me, composition);
    }
}

fn act(site: u32, epoch: Epoch, role: &'static str) -> Act {
    Act {
        site,
        epoch,
        write: false,
        role,
        value: Value::UNKNOWN,
    }
}

/// Reports the cycle; whether its request is to panic.
fn tell(cycle: &Cycle, request: &Request<'_>) -> bool {
    let Some(mut me) = state::enter() else {
        return false;
    };
    let asks = act(
        stack::site(&mut me, request.at),
        me.last_epoch(),
        "the request",
    );
    let witnesses = cycle.steps().windows(2).flat_map(|pair| {
        let [before, step] = pair else {
            unreachable!("windows of two")
        };
        let held = before.lock.map(|lock| lock.act("what it waits for"));
        let asks = At::new(step.op, step.location);
        let asks = act(
            stack::place(&asks),
            step.epoch,
            "whose holder waits in turn",
        );
        held.into_iter().chain([asks])
    });
    let held = cycle
        .closing()
        .map_or(asks, |lock| lock.act("held from here on"));
    let composition = Composition::new(
        Kind::GuardDeadlock,
        Severity::Error,
        [held, asks],
        witnesses,
    );
    sink::report_composed(&me, composition);
    let goes_on = session::of(&me).goes_on.load(Ordering::Relaxed);
    if goes_on {
        // The report is for the end, which may never come.
        let (op, location) = (request.at.op.0, request.at.location);
        super::tell::line(format_args!(
            "fidge: deadlock: {op} at {location} will wait for ever, as deadlock=go-on says"
        ));
    }
    !goes_on
}

#[track_caller]
fn refuse(cycle: &Cycle, request: &Request<'_>) -> ! {
    let (op, location) = (request.at.op.0, request.at.location);
    let Some(lock) = cycle.closing() else {
        panic!("fidge: deadlock: {op} at {location} would wait for ever");
    };
    let (held, since) = (lock.entry.op.0, lock.entry.location);
    if cycle.len == 1 {
        panic!(
            "fidge: deadlock: {op} at {location} would wait for ever for what {held} at {since} holds"
        );
    }
    panic!(
        "fidge: deadlock: {op} at {location} would wait for ever: who could let it on waits for what \
         {held} at {since} holds"
    );
}
