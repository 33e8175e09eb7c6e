//! Slots: who owns which component of the clocks, now and in the past.
//!
//! A slot may be given to a new strand when all its former owner did happens before the new
//! strand's start, that is, when the forking strand's clock has reached the owner's last epoch. The
//! new owner goes on counting a time past where the old one ended. So an epoch stays what it was: a clock that
//! has reached it has reached everything before it, whichever owner that was, and no verdict
//! depends on reuse. Within a session only its own strands reuse a slot, or strands of a session that
//! came after it: what foreign threads are taken to know (see `foreign`) must not pass for knowledge
//! of a running session's past. (Accordion clocks, Christiaens & De Bosschere, 2001, shrink clocks by the same
//! observation.) The records of a slot's owners are kept in a list, newest first, so that an epoch
//! still names its strand.

use super::arena::{self, Handle};
use super::clock::Clock;
use super::epoch::{Epoch, SLOTS, Slot, Time};
use super::free::Free;
use super::record::Record;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

static FREE: Free = Free::new();

/// Newest record of each slot: a lazily committed table of handles.
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

/// A slot for a strand of `session` whose past is `clock`, and the last time that is used up in it.
pub fn take(clock: &Clock, session: Handle) -> (Slot, Time) {
    FREE.take(clock, session)
}

/// The slot's owner is gone for good; `last` is its last epoch, `session` its session.
pub fn give_back(last: Epoch, session: Handle) {
    FREE.give_back(last, session);
}

/// Makes `record` the newest owner of its slot; returns the one before.
pub fn own(slot: Slot, record: Handle) -> Handle {
    owner(slot).swap(record, Ordering::AcqRel)
}

/// The record of the strand that an epoch belongs to.
pub fn record_of(epoch: Epoch) -> Option<&'static Record> {
    let mut record = Record::at(owner(epoch.slot()).load(Ordering::Acquire))?;
    while record.start > epoch.time() {
        record = Record::at(record.previous.load(Ordering::Acquire))?;
    }
    Some(record)
}

/// The newest record of every slot in use.
pub fn newest() -> impl Iterator<Item = &'static Record> {
    let fresh = FREE.ever_used();
    (0..fresh).filter_map(|slot| Record::at(owner(slot).load(Ordering::Acquire)))
}
