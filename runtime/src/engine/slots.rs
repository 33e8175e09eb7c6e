//! Slots: who owns which component of the clocks, now and in the past.
//!
//! A slot may be given to a new strand when all its former owner did happens before the new
//! strand's start, that is, when the forking strand's clock has reached the owner's last epoch. The
//! new owner goes on counting a time past where the old one ended. So an epoch stays what it was: a clock that
//! has reached it has reached everything before it, whichever owner that was, and no verdict
//! depends on reuse. Within a session only its own strands reuse a slot, or strands of a session that
//! came after it: what foreign threads are taken to know (see `foreign`) must not pass for knowledge
//! of a running session's past. (Accordion clocks, Christiaens & De Bosschere, 2001, shrink clocks by the same
//! observation.) The strands that had a slot are a list, newest first, so that an epoch still names its strand.

use super::arena::{self, Handle};
use super::clock::Clock;
use super::epoch::{Epoch, SLOTS, Slot, Time};
use super::free::Free;
use super::keep;
use super::kin::Kin;
use super::record::Record;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

static FREE: Free = Free::new();

/// Newest owner of each slot: a lazily committed table of handles.
static OWNERS: AtomicPtr<AtomicU32> = AtomicPtr::new(core::ptr::null_mut());

/// Makes sure of the table before the first strand. Where the system refuses it, detection stops.
pub fn ready() -> bool {
    if !OWNERS.load(Ordering::Acquire).is_null() {
        return true;
    }
    let Some(fresh) = arena::map_or_stop(SLOTS * size_of::<AtomicU32>()) else {
        return false;
    };
    // A loser's untouched mapping costs address space only.
    let _ = OWNERS.compare_exchange(
        core::ptr::null_mut(),
        fresh.cast(),
        Ordering::AcqRel,
        Ordering::Acquire,
    );
    true
}

fn owner(slot: Slot) -> &'static AtomicU32 {
    let table = OWNERS.load(Ordering::Acquire);
    debug_assert!(!table.is_null(), "every thread asks `ready` first");
    // SAFETY: slots are below SLOTS, the table's length; zeroed memory is a valid AtomicU32.
    unsafe { &*table.add(slot as usize) }
}

/// A slot for a strand of `session` whose past is `clock`, and the last time that is used up in it. `None`
/// when all are taken by strands that run or can be joined.
pub fn take(clock: &Clock, session: Handle) -> Option<(Slot, Time)> {
    FREE.take(clock, session)
}

/// The slot's owner is gone for good; `last` is its last epoch, `session` its session.
pub fn give_back(last: Epoch, session: Handle) {
    FREE.give_back(last, session);
}

/// Makes `kin` the newest owner of a slot that was taken for it; returns the one before.
pub fn own(slot: Slot, kin: Handle) -> Handle {
    let former = owner(slot).load(Ordering::Acquire);
    if let Some(kin) = Kin::at(kin) {
        kin.follow(former);
    }
    owner(slot).store(kin, Ordering::Release);
    former
}

fn newest(slot: Slot) -> Option<&'static Kin> {
    Kin::at(owner(slot).load(Ordering::Acquire))
}

/// Whether its slot has had no other owner since.
pub fn is_newest(record: &Record) -> bool {
    newest(record.slot).is_some_and(|kin| core::ptr::eq(kin, &raw const **record))
}

/// The strand that an epoch belongs to.
pub fn kin_of(epoch: Epoch) -> Option<&'static Kin> {
    let mut owners = core::iter::successors(newest(epoch.slot()), |kin| kin.previous());
    owners.find(|kin| kin.start <= epoch.time())
}

/// Runs `f` on the record of the strand that an epoch belongs to, and the epoch's time. Where that is given up,
/// on the one of the next strand of the slot that is there, and its first time: what the former knew, the
/// latter knew then.
pub fn past_of<R>(epoch: Epoch, f: impl FnOnce(&Record, Time) -> R) -> Option<R> {
    keep::hold(|| {
        let mut kin = newest(epoch.slot())?;
        let mut later = None;
        while kin.start > epoch.time() {
            later = kin.record().or(later);
            kin = kin.previous()?;
        }
        match kin.record() {
            Some(record) => Some(f(record, epoch.time())),
            None => later.map(|record| f(record, record.start)),
        }
    })
}

/// Runs `f` on the newest record of every slot in use.
pub fn each_newest(mut f: impl FnMut(&Record)) {
    let fresh = FREE.ever_used();
    keep::hold(|| {
        (0..fresh)
            .filter_map(|slot| newest(slot)?.record())
            .for_each(&mut f);
    });
}
