//! What is kept of a strand for good: its name, its place in the family, its clock and the history
//! of that clock.
//!
//! The history is what lets a racy read join the clock that the last writer had *when it wrote*
//! (SHB), without a clock in every granule: a strand's clock changes only at acquires, each change
//! begins a new epoch, and each raised component is logged with its old value. The clock at an
//! epoch is the present clock with the later entries undone. The log keeps the newest
//! [`HISTORY`] entries; a clock older than that is taken as the oldest that is known, which joins
//! more and so never makes a false report.

use super::arena::{self, Handle};
use super::clock::Clock;
use super::epoch::{Epoch, Slot, Time};
use super::fate::Fate;
use super::lock::Spin;
use super::sync::SyncVar;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Most log entries a strand keeps.
const HISTORY: usize = 1 << 16;

/// Equal to no word that shadow holds: neither an epoch nor the zero of an untouched granule.
pub const NO_EPOCH: u64 = u64::MAX;

/// One raised component.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Raise {
    /// The strand's own time from which on the new value holds.
    pub since: Time,
    /// The raised component and what it was.
    pub old: Epoch,
    /// Site (place only) where the strand acquired.
    pub acquired: u32,
    /// Site (place only) where it had been released; 0 where unknown.
    pub released: u32,
    /// The epoch whose release brought it; none for a join of several.
    pub by: Epoch,
}

/// A ring of [`Raise`]s that doubles up to [`HISTORY`] entries.
#[derive(Debug, Default)]
struct Log {
    block: Handle,
    room: usize,
    /// Entries ever written; the ring holds the last `min(written, room)`.
    written: usize,
}

impl Log {
    fn entry(&self, index: usize) -> *mut Raise {
        // SAFETY: the block holds `room` entries.
        unsafe {
            arena::address(self.block)
                .cast::<Raise>()
                .add(index % self.room)
        }
    }

    fn push(&mut self, raise: Raise) {
        if self.written == self.room && self.room < HISTORY {
            let room = (self.room * 2).max(8);
            let block = arena::alloc(room * size_of::<Raise>());
            if self.room > 0 {
                // SAFETY: while the ring never wrapped, entries 0..room are in order; the old block
                // is ours to free.
                unsafe {
                    arena::address(block).copy_from_nonoverlapping(
                        arena::address(self.block),
                        self.room * size_of::<Raise>(),
                    );
                    arena::free(self.block, self.room * size_of::<Raise>());
                }
            }
            (self.block, self.room) = (block, room);
        }
        // SAFETY: `entry` is in bounds, and the strand's lock is held.
        unsafe { *self.entry(self.written) = raise };
        self.written += 1;
    }

    /// Newest first.
    fn newest_first(&self) -> impl Iterator<Item = Raise> {
        let kept = self.written.min(self.room);
        (self.written - kept..self.written).rev().map(|index| {
            // SAFETY: in bounds and written.
            unsafe { *self.entry(index) }
        })
    }
}

#[derive(Debug, Default)]
struct Past {
    clock: Clock,
    log: Log,
}

/// See the module.
#[derive(Debug)]
#[repr(C)]
pub struct Record {
    /// Serial number.
    pub id: u32,
    /// Its slot.
    pub slot: Slot,
    /// Its first time.
    pub start: Time,
    /// Serial number of the strand that forked it; `u32::MAX` where Fidge did not see it start.
    pub parent: u32,
    /// Site where it was forked; 0 where Fidge did not see it.
    pub created: u32,
    /// The session it belongs to.
    pub session: Handle,
    /// Where its random sequence starts; see `schedule`.
    pub noise: u64,
    /// Whether that session was recorded when the strand began.
    pub taped: bool,
    /// The slot's owner before.
    pub previous: AtomicU32,
    fate: Fate,
    /// Its own time now, as far as others may know it.
    pub now: AtomicU64,
    /// What the access epochs in shadow are compared with on the fast path; [`NO_EPOCH`] when the
    /// next access must take the slow path.
    pub fast: AtomicU64,
    /// The latest own time that others took in without a release: the strand ticks before its next
    /// operation if it is still there.
    pub taken: AtomicU64,
    /// What the end of the strand's body releases.
    pub body: SyncVar,
    name: Handle,
    name_len: u32,
    lock: Spin,
    past: UnsafeCell<Past>,
}

// SAFETY: `past` is only touched under `lock`, or by the owner strand, which is the only writer,
// for reading its own clock.
unsafe impl Sync for Record {}

static IDS: AtomicU32 = AtomicU32::new(0);

impl Record {
    /// A record behind its handle; `None` for handle 0.
    pub fn at(handle: Handle) -> Option<&'static Record> {
        // SAFETY: records are never freed, and their handles are only made by `new`.
        (handle != 0).then(|| unsafe { arena::get::<Record>(handle) })
    }

    /// A new strand's record, owner of a slot that fits; `clock` is its past and is taken over.
    #[expect(
        clippy::new_ret_no_self,
        reason = "records live in the arena, behind handles"
    )]
    pub fn new(
        name: Option<&str>,
        parent: Option<u32>,
        created: u32,
        session: Handle,
        clock: Clock,
    ) -> Handle {
        let (slot, last) = super::slots::take(&clock, session);
        let (name, name_len) = match name {
            Some(text) if !text.is_empty() => {
                let block = arena::alloc(text.len());
                // SAFETY: a fresh block of at least that length.
                unsafe {
                    arena::address(block).copy_from_nonoverlapping(text.as_ptr(), text.len());
                }
                (block, text.len() as u32)
            }
            _ => (0, 0),
        };
        let handle = arena::alloc(size_of::<Record>());
        let id = IDS.fetch_add(1, Ordering::Relaxed);
        let record = Record {
            id,
            slot,
            // A time apart: who saw the last owner in an epoch that it then did not use has reached `last + 1`.
            start: last + 2,
            parent: parent.unwrap_or(u32::MAX),
            created,
            session,
            noise: super::session::noise(session, id),
            taped: super::session::is_taped(session),
            previous: AtomicU32::new(0),
            fate: Fate::new(),
            now: AtomicU64::new(last + 2),
            fast: AtomicU64::new(NO_EPOCH),
            taken: AtomicU64::new(0),
            body: SyncVar::new(),
            name,
            name_len,
            lock: Spin::new(),
            past: UnsafeCell::new(Past {
                clock,
                log: Log::default(),
            }),
        };
        // SAFETY: a fresh block of that size, 16-byte aligned.
        unsafe { arena::address(handle).cast::<Record>().write(record) };
        let record = Record::at(handle).expect("just made");
        record
            .previous
            .store(super::slots::own(slot, handle), Ordering::Release);
        handle
    }

    /// Its thread name.
    pub fn name(&self) -> Option<&str> {
        (self.name != 0).then(|| {
            // SAFETY: `new` copied that many bytes of a `str` there; names are never freed.
            unsafe {
                core::str::from_utf8_unchecked(core::slice::from_raw_parts(
                    arena::address(self.name),
                    self.name_len as usize,
                ))
            }
        })
    }

    /// The clock, for its owner strand.
    ///
    /// # Safety
    ///
    /// Only the strand itself calls this (or whoever knows that the strand no longer runs), and
    /// nothing is joined while the reference is used.
    #[inline]
    pub unsafe fn clock(&self) -> &Clock {
        // SAFETY: the owner is the only writer.
        unsafe { &(*self.past.get()).clock }
    }

    /// Joins a clock and the epoch of its releaser into this strand's; logs what grew, from the
    /// own time that `begin` returns on the first growth. Called by the strand itself.
    pub fn join(
        &self,
        clock: &Clock,
        tip: Epoch,
        sites: impl Fn() -> (u32, u32),
        begin: impl FnOnce() -> Time,
    ) {
        let _held = self.lock.lock();
        // SAFETY: under the lock, by the owner.
        let Past { clock: ours, log } = unsafe { &mut *self.past.get() };
        let mut begin = Some(begin);
        let (mut since, mut acquired, mut released) = (0, 0, 0);
        let mut raised = |slot: Slot, old: Time| {
            if slot == self.slot {
                return;
            }
            if let Some(begin) = begin.take() {
                since = begin();
                (acquired, released) = sites();
            }
            log.push(Raise {
                since,
                old: Epoch::new(slot, old),
                acquired,
                released,
                by: tip,
            });
        };
        ours.join(clock, &mut raised);
        if tip.is_some() && tip.slot() != self.slot {
            let old = ours.get(tip.slot());
            if old < tip.time() {
                raised(tip.slot(), old);
                ours.raise(tip.slot(), tip.time());
            }
        }
    }

    /// Copies the clock as it is now; for strands other than the owner.
    pub fn snapshot(&self, into: &mut Clock) {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        into.join(unsafe { &(*self.past.get()).clock }, |_, _| {});
    }

    /// The clock that the strand had at its own `time`, joined into `into`.
    pub fn clock_at(&self, time: Time, into: &mut Clock) {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        let Past { clock, log } = unsafe { &*self.past.get() };
        let mut then = Clock::EMPTY;
        then.assign(clock);
        for raise in log.newest_first().take_while(|raise| raise.since > time) {
            then.lower(raise.old);
        }
        // The own component is not logged: others bring it back, raised, with what they learned.
        if then.get(self.slot) > time {
            then.lower(Epoch::new(self.slot, time));
        }
        into.join(&then, |_, _| {});
        then.clear();
    }

    /// The acquire that last taught this strand something of `slot` up to its own `time`.
    pub fn last_learned(&self, slot: Slot, time: Time) -> Option<Raise> {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        let log = unsafe { &(*self.past.get()).log };
        log.newest_first()
            .find(|raise| raise.old.slot() == slot && raise.since <= time)
    }

    /// Another thread has taken in all up to this strand's own `time`, without a release: what the
    /// strand does from its next operation on is not part of that.
    pub fn take(&self, time: Time) {
        self.taken.fetch_max(time, Ordering::Relaxed);
        self.fast.store(NO_EPOCH, Ordering::Relaxed);
    }

    /// The strand's next access is looked at, even if it repeats one of its epoch.
    pub fn forget_fast(&self) {
        self.fast.store(NO_EPOCH, Ordering::Relaxed);
    }

    /// The strand no longer runs. Its slot is free once nobody can join it any more.
    pub fn exited(&self) {
        if self.fate.exit() {
            self.give_slot_back();
        }
    }

    /// It was joined, or its handle was dropped. Its slot is free once it no longer runs.
    pub fn let_go(&self) {
        if self.fate.let_go() {
            self.give_slot_back();
        }
    }

    /// Whether it no longer runs.
    pub fn has_exited(&self) -> bool {
        self.fate.has_exited()
    }

    fn give_slot_back(&self) {
        let last = Epoch::new(self.slot, self.now.load(Ordering::Acquire));
        super::slots::give_back(last, self.session);
    }
}
