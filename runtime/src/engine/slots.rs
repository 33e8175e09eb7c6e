//! Slots: who owns which component of the clocks, now and in the past.
//!
//! A slot may be given to a new strand when all its former owner did happens before the new
//! strand's start, that is, when the forking strand's clock has reached the owner's last epoch. The
//! new owner goes on counting where the old one ended. So an epoch stays what it was: a clock that
//! has reached it has reached everything before it, whichever owner that was, and no verdict
//! depends on reuse. Within a session only its own strands reuse a slot, or strands of a session that
//! came after it: what foreign threads are taken to know (see `foreign`) must not pass for knowledge
//! of a running session's past. (Accordion clocks, Christiaens & De Bosschere, 2001, shrink clocks by the same
//! observation.) The records of a slot's owners are kept in a list, newest first, so that an epoch
//! still names its strand.

use super::arena::{self, Handle};
use super::clock::Clock;
use super::epoch::{Epoch, SLOTS, Slot, Time};
use super::lock::{Came, Spin};
use super::record::Record;
use super::session;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// How many free slots are looked at before a new one is taken.
const LOOK: usize = 64;

struct Free {
    lock: Spin,
    slots: UnsafeCell<FreeList>,
}

/// A slot that may be reused.
#[derive(Clone, Copy)]
struct Entry {
    /// The last epoch of its last owner.
    last: Epoch,
    /// The session of its last owner.
    session: Handle,
}

struct FreeList {
    entries: Handle,
    len: usize,
    room: usize,
    /// Slots ever used.
    fresh: Slot,
}

// SAFETY: `slots` is only touched under `lock`.
unsafe impl Sync for Free {}

static FREE: Free = Free {
    lock: Spin::new(),
    slots: UnsafeCell::new(FreeList {
        entries: 0,
        len: 0,
        room: 0,
        fresh: 0,
    }),
};

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

impl Free {
    /// Runs `f` on the list under its lock. A list that a `fork` caught half-written is left behind:
    /// its slots are not reused.
    fn with<R>(&self, f: impl FnOnce(&mut FreeList) -> R) -> R {
        let held = self.lock.lock();
        // SAFETY: under the lock.
        let list = unsafe { &mut *self.slots.get() };
        if held.came == Came::Orphaned {
            (list.entries, list.len, list.room) = (0, 0, 0);
        }
        f(list)
    }
}

/// A slot for a strand of `session` whose past is `clock`, and the last time that is used up in it.
///
/// There are 2^20 slots. When none is left, the newest free slot is reused although its past is
/// not ordered before the newcomer: races with that past are then missed, and a line says so.
pub fn take(clock: &Clock, session: Handle) -> (Slot, Time) {
    FREE.with(|free| take_from(free, clock, session))
}

fn take_from(free: &mut FreeList, clock: &Clock, session: Handle) -> (Slot, Time) {
    let block = free.entries;
    let entries = |index: usize| {
        // SAFETY: `index < len <= room`, the block's length in entries.
        unsafe { &mut *arena::address(block).cast::<Entry>().add(index) }
    };
    let from = free.len.saturating_sub(LOOK);
    let fits = (from..free.len).rev().find(|&index| {
        let entry = *entries(index);
        (entry.session == session || session::has_ended(entry.session)) && clock.knows(entry.last)
    });
    let full = free.fresh as usize == SLOTS;
    if full && fits.is_none() {
        super::tell::line(format_args!(
            "fidge: {SLOTS} strands are alive or unjoined; a slot is reused, races with its former \
             owner may be missed"
        ));
    }
    match fits.or(if full { free.len.checked_sub(1) } else { None }) {
        Some(index) => {
            let Entry { last, .. } = *entries(index);
            free.len -= 1;
            // Keep the order: recently freed slots fit most often and stand at the end.
            for at in index..free.len {
                *entries(at) = *entries(at + 1);
            }
            (last.slot(), last.time())
        }
        None if full => {
            super::tell::line(format_args!(
                "fidge: more than {SLOTS} live strands; aborting"
            ));
            std::process::abort();
        }
        None => {
            free.fresh += 1;
            (free.fresh - 1, 0)
        }
    }
}

/// The slot's owner is gone for good; `last` is its last epoch, `session` its session.
pub fn give_back(last: Epoch, session: Handle) {
    FREE.with(|free| give_back_to(free, Entry { last, session }));
}

fn give_back_to(free: &mut FreeList, entry: Entry) {
    if free.len == free.room {
        let room = (free.room * 2).max(64);
        let bigger = arena::alloc(room * size_of::<Entry>());
        if free.entries != 0 {
            // SAFETY: the old block holds `room` entries, the new one more; the old one is ours.
            unsafe {
                arena::address(bigger).copy_from_nonoverlapping(
                    arena::address(free.entries),
                    free.room * size_of::<Entry>(),
                );
                arena::free(free.entries, free.room * size_of::<Entry>());
            }
        }
        (free.entries, free.room) = (bigger, room);
    }
    // SAFETY: `len < room`.
    unsafe { *arena::address(free.entries).cast::<Entry>().add(free.len) = entry };
    free.len += 1;
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
    let fresh = FREE.with(|free| free.fresh);
    (0..fresh).filter_map(|slot| Record::at(owner(slot).load(Ordering::Acquire)))
}
