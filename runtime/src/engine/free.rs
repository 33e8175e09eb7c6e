//! The slots that are free: those never used, and those whose owner is gone for good (see `slots`).

use super::arena::{self, Handle};
use super::clock::Clock;
use super::epoch::{Epoch, SLOTS, Slot, Time};
use super::lock::{Came, Spin};
use super::prim::UnsafeCell;
use super::session;

/// How many free slots are looked at before a new one is taken.
const LOOK: usize = 64;

/// The slots that nobody owns.
#[derive(Debug)]
pub struct Free {
    lock: Spin,
    slots: UnsafeCell<List>,
}

/// A slot that may be reused.
#[derive(Clone, Copy)]
struct Entry {
    /// The last epoch of its last owner.
    last: Epoch,
    /// The session of its last owner.
    session: Handle,
}

#[derive(Debug)]
struct List {
    entries: Handle,
    len: usize,
    room: usize,
    /// Slots ever used.
    fresh: Slot,
    /// Whether it was said that slots are reused that do not fit.
    told: bool,
}

// SAFETY: `slots` is only touched under `lock`.
unsafe impl Sync for Free {}

impl Free {
    /// All are.
    #[cfg(not(fidge_loom))]
    pub const fn new() -> Self {
        Free {
            lock: Spin::new(),
            slots: UnsafeCell::new(List::NEW),
        }
    }
    /// All are.
    #[cfg(fidge_loom)]
    pub fn new() -> Self {
        Free {
            lock: Spin::new(),
            slots: UnsafeCell::new(List::NEW),
        }
    }

    /// Runs `f` on the list under its lock. A list that a `fork` caught half-written is left behind:
    /// its slots are not reused.
    fn with<R>(&self, f: impl FnOnce(&mut List) -> R) -> R {
        let held = self.lock.lock();
        self.slots.with_mut(|list| {
            // SAFETY: under the lock.
            let list = unsafe { &mut *list };
            if held.came == Came::Orphaned {
                (list.entries, list.len, list.room) = (0, 0, 0);
            }
            f(list)
        })
    }

    /// A slot for a strand of `session` whose past is `clock`, and the last time that is used up in
    /// it.
    ///
    /// There are 2^20 slots. When none is left, the newest free slot is reused although its past is
    /// not ordered before the newcomer: races with that past are then missed, and a line says so. `None` when
    /// none is free.
    pub fn take(&self, clock: &Clock, session: Handle) -> Option<(Slot, Time)> {
        self.with(|list| list.take(clock, session))
    }

    /// The slot's owner is gone for good; `last` is its last epoch, `session` its session.
    pub fn give_back(&self, last: Epoch, session: Handle) {
        self.with(|list| list.give_back(Entry { last, session }));
    }

    /// How many slots, the first ones, were ever taken.
    pub fn ever_used(&self) -> Slot {
        self.with(|list| list.fresh)
    }
}

impl List {
    const NEW: List = List {
        entries: 0,
        len: 0,
        room: 0,
        fresh: 0,
        told: false,
    };

    fn take(&mut self, clock: &Clock, session: Handle) -> Option<(Slot, Time)> {
        let block = self.entries;
        let entries = |index: usize| {
            // SAFETY: `index < len <= room`, the block's length in entries.
            unsafe { &mut *arena::address(block).cast::<Entry>().add(index) }
        };
        let from = self.len.saturating_sub(LOOK);
        let fits = (from..self.len).rev().find(|&index| {
            let entry = *entries(index);
            (entry.session == session || session::has_ended(entry.session))
                && clock.knows(entry.last)
        });
        let full = self.fresh as usize == SLOTS;
        match fits.or(if full { self.len.checked_sub(1) } else { None }) {
            Some(index) => {
                if fits.is_none() && !core::mem::replace(&mut self.told, true) {
                    super::tell::line(format_args!(
                        "fidge: {SLOTS} strands are alive or were never waited for; slots are reused, races \
                         with their former owners may be missed"
                    ));
                }
                let Entry { last, .. } = *entries(index);
                self.len -= 1;
                // Keep the order: recently freed slots fit most often and stand at the end.
                for at in index..self.len {
                    *entries(at) = *entries(at + 1);
                }
                Some((last.slot(), last.time()))
            }
            None if full => None,
            None => {
                self.fresh += 1;
                Some((self.fresh - 1, 0))
            }
        }
    }

    fn give_back(&mut self, entry: Entry) {
        if self.len == self.room {
            let room = (self.room * 2).max(64);
            let bigger = arena::alloc(room * size_of::<Entry>());
            if self.entries != 0 {
                // SAFETY: the old block holds `room` entries, the new one more; the old one is ours.
                unsafe {
                    arena::address(bigger).copy_from_nonoverlapping(
                        arena::address(self.entries),
                        self.room * size_of::<Entry>(),
                    );
                    arena::free(self.entries, self.room * size_of::<Entry>());
                }
            }
            (self.entries, self.room) = (bigger, room);
        }
        // SAFETY: `len < room`.
        unsafe { *arena::address(self.entries).cast::<Entry>().add(self.len) = entry };
        self.len += 1;
    }
}
