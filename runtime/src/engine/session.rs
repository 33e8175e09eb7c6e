//! Sessions: whose findings these are.
//!
//! A strand belongs to the session that its creator belongs to; what belongs to none belongs to the
//! process session. A finding goes to the session of the strand whose access found it, and to the
//! process session once that one has ended (a detached thread may outlive it). When all its strands are over
//! as well, its block serves a session that is opened later.

use super::allow::{Allowance, Unmet};
use super::arena::{self, Handle};
use super::finding::{Finding, Severity};
use super::list::List;
use super::lock::{Came, Spin};
use super::schedule::{self, Schedule};
use super::scope::Scopes;
use super::sink::Findings;
use super::state::{self, State};
use super::strand::{Running, Seed, Strand};
use super::tape::{self, Tape};
use super::{At, Op, strand};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// What a session does.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether a racy read joins the last writer's clock (SHB), so that what only follows from a
    /// race already reported is not reported again.
    pub shb: bool,
    /// How many different findings are kept; the others are counted.
    pub max_reports: usize,
    /// The least severity that is told.
    pub severity: Severity,
    /// Whether what strands compose of several operations is checked.
    pub composed: bool,
    /// Whether a request that would deadlock is left to, once it is told, instead of panicking.
    pub goes_on: bool,
    /// Whether every event is recorded for a trace.
    pub record: bool,
    /// Who runs next.
    pub schedule: Schedule,
    /// Seed of what is random.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            shb: true,
            max_reports: 100,
            severity: Severity::Warning,
            composed: true,
            goes_on: false,
            record: false,
            schedule: Schedule::Native,
            seed: 0,
        }
    }
}

/// See the module.
#[derive(Debug)]
pub struct Session {
    pub(super) findings: Findings,
    pub(super) tape: Tape,
    pub(super) scopes: Scopes,
    annotations: Annotations,
    pub(super) shb: AtomicBool,
    max_reports: AtomicUsize,
    severity: AtomicU8,
    pub(super) composed: AtomicBool,
    pub(super) goes_on: AtomicBool,
    noise: AtomicBool,
    seed: AtomicU64,
    ended: AtomicBool,
    /// Never that of another session.
    number: AtomicU32,
    /// Who keeps the block: the session while it is open, and each of its strands that is not over.
    holders: AtomicU32,
    /// The block that was made before.
    before: AtomicU32,
    /// The next one that is vacant, if this one is.
    vacant: AtomicU32,
}

/// What the program's annotations came to.
#[derive(Debug)]
struct Annotations {
    lock: Spin,
    /// The expected races, and whether each showed.
    expected: UnsafeCell<List<(Unmet, bool)>>,
    /// How many findings were allowed.
    allowed: AtomicU64,
}

// SAFETY: `expected` is only touched under `lock`.
unsafe impl Sync for Annotations {}

impl Annotations {
    const fn new() -> Self {
        Annotations {
            lock: Spin::new(),
            expected: UnsafeCell::new(List::new()),
            allowed: AtomicU64::new(0),
        }
    }

    fn with<R>(&self, f: impl FnOnce(&mut List<(Unmet, bool)>) -> R) -> R {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        f(unsafe { &mut *self.expected.get() })
    }

    fn is_empty(&self) -> bool {
        self.allowed.load(Ordering::Relaxed) == 0
            && self.with(|expected| expected.as_slice().is_empty())
    }

    fn take(&self) -> (u64, Vec<Unmet>) {
        let unmet = self.with(|expected| {
            let all = expected.as_slice().iter();
            let unmet = all.filter(|(_, showed)| !showed).map(|(unmet, _)| *unmet);
            let unmet = unmet.collect();
            expected.clear();
            unmet
        });
        (self.allowed.swap(0, Ordering::Relaxed), unmet)
    }
}

impl Session {
    /// A race is expected to show.
    pub(super) fn expect(&self, unmet: Unmet) {
        self.annotations.with(|expected| {
            let known =
                |(other, _): &(Unmet, bool)| core::ptr::eq(other.allowance, unmet.allowance);
            if !expected.as_slice().iter().any(known) {
                expected.push((unmet, false));
            }
        });
    }

    /// A finding was made that is allowed.
    pub(super) fn showed(&self, allowance: &'static Allowance) {
        self.annotations.allowed.fetch_add(1, Ordering::Relaxed);
        self.annotations.with(|expected| {
            let mut all = expected.as_mut_slice().iter_mut();
            if let Some((_, showed)) = all.find(|(u, _)| core::ptr::eq(u.allowance, allowance)) {
                *showed = true;
            }
        });
    }

    const fn new() -> Self {
        Session {
            findings: Findings::new(),
            tape: Tape::new(),
            scopes: Scopes::new(),
            annotations: Annotations::new(),
            shb: AtomicBool::new(true),
            max_reports: AtomicUsize::new(100),
            severity: AtomicU8::new(Severity::Warning as u8),
            composed: AtomicBool::new(true),
            goes_on: AtomicBool::new(false),
            noise: AtomicBool::new(false),
            seed: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            number: AtomicU32::new(0),
            holders: AtomicU32::new(0),
            before: AtomicU32::new(0),
            vacant: AtomicU32::new(0),
        }
    }

    /// A block for a session that opens now: a vacant one, or a new one.
    fn open(settings: Settings) -> Handle {
        let handle = VACANT.take().unwrap_or_else(|| {
            let fresh = arena::alloc(size_of::<Session>());
            let at = arena::address(fresh).cast::<Session>();
            // SAFETY: a fresh block of that size.
            unsafe { at.write(Session::new()) };
            let _ = NEWEST.fetch_update(Ordering::AcqRel, Ordering::Acquire, |newest| {
                by_handle(fresh).before.store(newest, Ordering::Relaxed);
                Some(fresh)
            });
            fresh
        });
        let session = by_handle(handle);
        session.configure(settings);
        session.holders.store(1, Ordering::Relaxed);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        session.number.store(number, Ordering::Relaxed);
        session.ended.store(false, Ordering::Release);
        handle
    }

    /// Whether nothing was left in it. What came too late for its report is told at the end of the process.
    fn is_empty(&self) -> bool {
        self.findings.is_empty()
            && self.tape.is_empty()
            && !self.scopes.is_open()
            && self.annotations.is_empty()
    }

    fn take(&self) -> (Vec<Finding>, u64) {
        let most = self.max_reports.load(Ordering::Relaxed);
        self.findings.take(most, |severity| self.tells(severity))
    }

    /// Whether findings of this severity are kept.
    pub(super) fn tells(&self, severity: Severity) -> bool {
        severity as u8 >= self.severity.load(Ordering::Relaxed)
    }

    fn configure(&self, settings: Settings) {
        self.shb.store(settings.shb, Ordering::Relaxed);
        self.max_reports
            .store(settings.max_reports, Ordering::Relaxed);
        self.severity
            .store(settings.severity as u8, Ordering::Relaxed);
        if settings.severity == Severity::Note {
            PEDANTIC.store(true, Ordering::Relaxed);
        }
        self.composed.store(settings.composed, Ordering::Relaxed);
        self.goes_on.store(settings.goes_on, Ordering::Relaxed);
        self.noise
            .store(settings.schedule == Schedule::Noise, Ordering::Relaxed);
        self.seed.store(settings.seed, Ordering::Relaxed);
        self.tape.switch(settings.record);
    }
}

static PROCESS: Session = Session::new();

/// The block that was made last.
static NEWEST: AtomicU32 = AtomicU32::new(0);

/// Blocks of sessions that nothing is left of.
static VACANT: Vacant = Vacant {
    lock: Spin::new(),
    first: UnsafeCell::new(0),
};

/// The process's is 0.
static NUMBERS: AtomicU32 = AtomicU32::new(1);

struct Vacant {
    lock: Spin,
    first: UnsafeCell<Handle>,
}

// SAFETY: `first` is only touched under `lock`.
unsafe impl Sync for Vacant {}

impl Vacant {
    fn with<R>(&self, f: impl FnOnce(&mut Handle) -> R) -> R {
        let held = self.lock.lock();
        // SAFETY: under the lock.
        let first = unsafe { &mut *self.first.get() };
        if held.came == Came::Orphaned {
            // Half-written in a process that this one was forked from.
            *first = 0;
        }
        f(first)
    }

    fn take(&self) -> Option<Handle> {
        self.with(|first| {
            let taken = (*first != 0).then_some(*first)?;
            *first = by_handle(taken).vacant.load(Ordering::Relaxed);
            Some(taken)
        })
    }

    fn give(&self, session: Handle) {
        self.with(|first| {
            by_handle(session).vacant.store(*first, Ordering::Relaxed);
            *first = session;
        });
    }
}

/// A strand of the session was forked.
pub fn enlist(session: Handle) {
    by_handle(session).holders.fetch_add(1, Ordering::Relaxed);
}

/// A strand of the session is over, or its report is made. It is vacant after the last one.
pub fn leave(session: Handle) {
    let left = by_handle(session).holders.fetch_sub(1, Ordering::AcqRel);
    if session != 0 && left == 1 && by_handle(session).is_empty() {
        VACANT.give(session);
    }
}

/// The process's and every other that was opened, or its block's next one.
fn all() -> impl Iterator<Item = &'static Session> {
    let mut next = NEWEST.load(Ordering::Acquire);
    core::iter::once(&PROCESS).chain(core::iter::from_fn(move || {
        // Never the process's again: the first block's `before` is 0.
        let session = (next != 0).then(|| by_handle(next))?;
        next = session.before.load(Ordering::Relaxed);
        Some(session)
    }))
}

/// The process session's settings; once, before anything runs.
pub fn configure_process(settings: Settings) {
    PROCESS.configure(settings);
}

/// The session that a strand's findings go to.
#[inline]
pub fn of(me: &State) -> &'static Session {
    let session = by_handle(me.record.session);
    if session.ended.load(Ordering::Acquire) {
        &PROCESS
    } else {
        session
    }
}

/// Names the session of a strand among all that there ever are.
pub fn number(me: &State) -> u32 {
    by_handle(me.record.session).number.load(Ordering::Relaxed)
}

/// Whether a session has ended; the process session never does. A slot's last owner may be of a session
/// whose block another one has meanwhile: then that one counts.
pub fn has_ended(session: Handle) -> bool {
    by_handle(session).ended.load(Ordering::Acquire)
}

pub(super) fn by_handle(session: Handle) -> &'static Session {
    if session == 0 {
        &PROCESS
    } else {
        // SAFETY: their blocks are never freed and hold nothing else; handles come from `Session::open`.
        unsafe { arena::get(session) }
    }
}

/// Whether a session is recorded.
pub fn is_taped(session: Handle) -> bool {
    by_handle(session).tape.is_on()
}

/// Whether what the strands of a session compose of several operations is checked.
pub fn is_composed(session: Handle) -> bool {
    by_handle(session).composed.load(Ordering::Relaxed)
}

/// Whether notes are kept.
pub fn is_pedantic(session: Handle) -> bool {
    let session = by_handle(session);
    session.composed.load(Ordering::Relaxed) && session.tells(Severity::Note)
}

/// Whether a session that keeps notes was ever opened.
static PEDANTIC: AtomicBool = AtomicBool::new(false);

/// Whether there ever was a session that keeps notes.
#[inline]
pub fn any_is_pedantic() -> bool {
    PEDANTIC.load(Ordering::Relaxed)
}

/// Where the random sequence of a strand of a session starts; 0: it is not disturbed.
pub fn noise(session: Handle, strand: u32) -> u64 {
    let session = by_handle(session);
    let schedule = match session.noise.load(Ordering::Relaxed) {
        true => Schedule::Noise,
        false => Schedule::Native,
    };
    schedule::seed(schedule, session.seed.load(Ordering::Relaxed), strand)
}

/// What a session came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The findings, in the order in which they were made.
    pub findings: Vec<Finding>,
    /// How many different ones more there were than `max_reports`.
    pub held_back: u64,
    /// How often the program found what it allows.
    pub allowed: u64,
    /// The races that it expects and that did not show.
    pub unmet: Vec<Unmet>,
    /// The events, where they were recorded.
    pub events: Vec<tape::RawEvent>,
}

/// An open session: the calling thread runs its first strand. Not `Send`.
#[derive(Debug)]
pub struct Open {
    session: Handle,
    strand: Option<Strand>,
    running: Option<Running>,
}

static OP: Op = Op("fidge::check");

impl Open {
    /// Begins a session on this thread; its first strand is a child of the current one. When
    /// nothing is recorded any more the session is inert and will find nothing.
    #[track_caller]
    #[inline(never)]
    pub fn new(name: Option<&str>, settings: Settings) -> Self {
        let at = At::here(&OP);
        let Some(mut me) = state::enter() else {
            return Open {
                session: 0,
                strand: None,
                running: None,
            };
        };
        let session = Session::open(settings);
        let record = strand::fork_into(&mut me, name, session, &at);
        drop(me);
        let (strand, seed): (Strand, Seed) = Strand::of(record);
        Open {
            session,
            strand: Some(strand),
            running: Some(seed.start()),
        }
    }

    /// Ends the session: its first strand is joined, its findings are handed out. Strands of it
    /// that still run go on as the process session's.
    #[track_caller]
    pub fn end(mut self) -> Outcome {
        self.close();
        if self.session == 0 {
            return Outcome::default();
        }
        // What comes after this is for the end of the process.
        let handle = core::mem::take(&mut self.session);
        let session = by_handle(handle);
        let (findings, held_back) = session.take();
        let (allowed, unmet) = session.annotations.take();
        let events = session.tape.take();
        leave(handle);
        Outcome {
            findings,
            held_back,
            allowed,
            unmet,
            events,
        }
    }

    /// Hands out what was found since the last call; the session goes on.
    pub fn findings_so_far(&self) -> Vec<Finding> {
        if self.session == 0 {
            Vec::new()
        } else {
            by_handle(self.session).take().0
        }
    }

    fn close(&mut self) {
        drop(self.running.take());
        if let Some(strand) = self.strand.take() {
            strand.join(&At::here(&OP));
        }
        if self.session != 0 {
            by_handle(self.session).ended.store(true, Ordering::Release);
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.close();
        if self.session != 0 {
            // Nobody asked for them.
            by_handle(self.session).findings.forget();
            leave(self.session);
        }
    }
}

/// What nobody was told so far: the process session's findings, and those of sessions that the end
/// of the process cut off.
pub fn process_outcome() -> Outcome {
    let mut outcome = Outcome {
        events: PROCESS.tape.take(),
        ..Outcome::default()
    };
    for session in all() {
        let (findings, held_back) = session.take();
        outcome.findings.extend(findings);
        outcome.held_back += held_back;
        let (allowed, unmet) = session.annotations.take();
        outcome.allowed += allowed;
        outcome.unmet.extend(unmet);
    }
    outcome
}

/// In the child of a `fork`: what was found before is the parent's to tell.
pub fn forget_findings() {
    for session in all() {
        session.findings.forget();
    }
}
