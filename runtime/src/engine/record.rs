//! What others may ask of a strand: its times, its clock and the history of that clock.
//!
//! It is there as long as the strand runs or can be joined, and then as long as `keep` says.
//!
//! The history is what lets a racy read join the clock that the last writer had *when it wrote*
//! (SHB), without a clock in every granule: a strand's clock changes only at acquires, each change
//! begins a new epoch, and each raised component is logged with its old value. The clock at an
//! epoch is the present clock with the later entries undone. The log keeps the newest
//! 65,536 entries; in place of a clock older than that stands the oldest that is known, with the time at
//! which the strand had it. That joins more and so never makes a false report, as it is a clock that the
//! strand once had: whoever has reached one of its epochs knows all that the epoch's strand knew then.

use super::arena::{self, Handle};
use super::clock::Clock;
use super::epoch::{Epoch, SLOTS, Slot, Time};
use super::fate::Fate;
use super::keep::{self, Place};
use super::kin::Kin;
use super::lock::Spin;
use super::sync::SyncVar;
use super::{session, slots};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU64, Ordering};

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

/// A ring of [`Raise`]s that doubles up to [`keep::history`] entries.
#[derive(Debug, Default)]
struct Log {
    block: Handle,
    room: usize,
    /// Entries ever written; the ring holds the last `min(written, room)`.
    written: usize,
    /// The time from which on all raises are here.
    known: Time,
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
        if self.written == self.room && self.room < keep::history() {
            let room = (self.room * 2).max(8);
            let block = arena::alloc(room * size_of::<Raise>());
            if self.room > 0 {
                // SAFETY: while the ring never wrapped, entries 0..room are in order; the old block
                // is ours to free.
                unsafe {
                    arena::address(block)
                        .copy_from_nonoverlapping(arena::address(self.block), self.bytes());
                    arena::free(self.block, self.bytes());
                }
            }
            (self.block, self.room) = (block, room);
        }
        // SAFETY: `entry` is in bounds, and the strand's lock is held.
        unsafe {
            let entry = self.entry(self.written);
            if self.written >= self.room {
                self.known = (*entry).since;
            }
            *entry = raise;
        }
        self.written += 1;
    }

    /// Gives all entries up; at `now` nothing was raised that is not in the clock.
    fn clear(&mut self, now: Time) {
        if self.room > 0 {
            // SAFETY: the block is the log's own, of that room.
            unsafe { arena::free(self.block, self.bytes()) };
        }
        *self = Log {
            known: now,
            ..Log::default()
        };
    }

    fn bytes(&self) -> usize {
        self.room * size_of::<Raise>()
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
    kin: &'static Kin,
    /// Its slot.
    pub slot: Slot,
    /// The session it belongs to.
    pub session: Handle,
    /// Where its random sequence starts; see `schedule`.
    pub noise: u64,
    /// Whether that session was recorded when the strand began.
    pub taped: bool,
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
    lock: Spin,
    past: UnsafeCell<Past>,
    place: UnsafeCell<Place>,
}

// SAFETY: `past` is only touched under `lock`, or by the owner strand, which is the only writer,
// for reading its own clock; `place` is `keep`'s, under its lock.
unsafe impl Sync for Record {}

impl core::ops::Deref for Record {
    type Target = Kin;
    fn deref(&self) -> &Kin {
        self.kin
    }
}

impl Record {
    /// A record behind its handle; `None` for handle 0. Who may still run or join the strand has a
    /// handle of one that is there; for others `Kin::record` says when it is.
    pub fn at(handle: Handle) -> Option<&'static Record> {
        // SAFETY: handles are only made by `new`, and used as above.
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
        mut clock: Clock,
    ) -> Handle {
        let Some((slot, last)) = slots::take(&clock, session) else {
            clock.clear();
            arena::stop(format_args!(
                "more than {SLOTS} strands run at once; detection stops here, the program goes on"
            ));
            return 0;
        };
        let last_epoch = Epoch::new(slot, last);
        if last > 0 && !clock.knows(last_epoch) {
            // No slot was left that fits. What the last owner did is taken to be known, all of it.
            slots::past_of(last_epoch, |record, _| record.snapshot(&mut clock));
            clock.raise(slot, last);
        }
        // A time apart: who saw the last owner in an epoch that it then did not use has reached `last + 1`.
        let start = last + 2;
        let kin_handle = Kin::new(name, parent, created, start);
        let kin = Kin::at(kin_handle).expect("just made");
        let handle = arena::alloc(size_of::<Record>());
        let record = Record {
            kin,
            slot,
            session,
            noise: session::noise(session, kin.id),
            taped: session::is_taped(session),
            fate: Fate::new(),
            now: AtomicU64::new(start),
            fast: AtomicU64::new(NO_EPOCH),
            taken: AtomicU64::new(0),
            body: SyncVar::new(),
            lock: Spin::new(),
            past: UnsafeCell::new(Past {
                clock,
                log: Log::default(),
            }),
            place: UnsafeCell::default(),
        };
        // SAFETY: a fresh block of that size, 16-byte aligned.
        unsafe { arena::address(handle).cast::<Record>().write(record) };
        kin.set_record(handle);
        session::enlist(session);
        keep::succeeded(slots::own(slot, kin_handle));
        handle
    }

    /// Its handle.
    pub fn handle(&self) -> Handle {
        arena::handle((&raw const *self).cast_mut().cast())
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

    /// The clock that the strand had at its own `time`, joined into `into`; or the oldest that is known, if
    /// that is younger. Says which time's it is.
    pub fn clock_at(&self, time: Time, into: &mut Clock) -> Time {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        let Past { clock, log } = unsafe { &*self.past.get() };
        let time = time.max(log.known);
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
        time
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
    pub fn exited(&'static self) {
        if self.fate.exit() {
            self.give_slot_back();
        }
    }

    /// It was joined, or its handle was dropped. Its slot is free once it no longer runs.
    pub fn let_go(&'static self) {
        if self.fate.let_go() {
            self.give_slot_back();
        }
    }

    /// Whether it no longer runs.
    pub fn has_exited(&self) -> bool {
        self.fate.has_exited()
    }

    /// Nobody runs or joins the strand any more: this is the last that it does with its record.
    fn give_slot_back(&'static self) {
        let last = Epoch::new(self.slot, self.now.load(Ordering::Acquire));
        let session = self.session;
        slots::give_back(last, session);
        keep::over(self);
        session::leave(session);
    }

    /// `keep`'s.
    pub fn place(&self) -> *mut Place {
        self.place.get()
    }

    /// What it takes up in the arena, chunks that it shares included.
    pub fn bytes(&self) -> usize {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        let Past { clock, log } = unsafe { &*self.past.get() };
        size_of::<Record>() + clock.bytes() + log.bytes()
    }

    /// Gives up all but the present clock. For a strand that is over.
    pub fn forget_history(&self) {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        let log = unsafe { &mut (*self.past.get()).log };
        log.clear(self.now.load(Ordering::Acquire));
    }

    /// Gives the record back.
    ///
    /// # Safety
    ///
    /// The strand is over, and nobody else has the record or can come by it: `keep`'s lock is held.
    pub unsafe fn free(&'static self) {
        self.kin.set_record(0);
        self.forget_history();
        let handle = self.handle();
        // SAFETY: as the caller promises.
        unsafe {
            (*self.past.get()).clock.clear();
            core::ptr::drop_in_place(arena::address(handle).cast::<Record>());
            arena::free(handle, size_of::<Record>());
        }
    }
}
