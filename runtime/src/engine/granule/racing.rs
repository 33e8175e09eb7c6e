//! What an access races with, and what it joins for that.

use super::super::At;
use super::super::arena::{self, Handle};
use super::super::clock::Clock;
use super::super::epoch::Epoch;
use super::super::sink;
use super::super::slots;
use super::super::state::{Edge, State};
use super::cell::{Access, Cell};

/// What the last writers knew that a racy read of several granules is to join; see
/// [`Granule::part`].
#[derive(Default)]
pub struct Writers {
    knew: Clock,
}

impl Writers {
    /// Takes in what `writer` knew when it wrote, and the epoch of that write. Not for `me` yet: a
    /// part of its access that is still to be judged would no longer race.
    ///
    /// That epoch counts as published from here on: what the writer does next may race with what
    /// `me` does next, although the writer's own access of that epoch is still in place.
    pub(super) fn add(&mut self, me: &State, writer: Epoch) {
        if !sink::joins_racy_reads(me) {
            return;
        }
        slots::past_of(writer, |record, time| {
            let time = record.clock_at(time, &mut self.knew);
            record.take(time);
            self.knew.raise(writer.slot(), time);
        });
    }

    /// What those writers knew when they wrote happens before what `me` does from here on. Says
    /// whether there were any.
    #[inline]
    pub fn join(mut self, me: &mut State, at: &At) -> bool {
        let any = !self.knew.is_empty();
        if any {
            me.join(&self.knew, Epoch::NONE, Edge::Chance, at, None);
            self.knew.clear();
        }
        any
    }
}

/// The cells that an access races with, gathered to leave out those that are out of date.
pub(super) struct Racing {
    block: Handle,
    room: usize,
    pub(super) len: usize,
}

impl Racing {
    pub(super) fn with_room(room: usize) -> Self {
        Racing {
            block: arena::alloc(room * size_of::<(Cell, u8)>()),
            room,
            len: 0,
        }
    }

    /// Each cell with those of its bytes that count.
    pub(super) fn cells(&mut self) -> &mut [(Cell, u8)] {
        // SAFETY: the block has room for `room >= len` pairs; zeroes are valid ones.
        unsafe { core::slice::from_raw_parts_mut(arena::address(self.block).cast(), self.len) }
    }

    pub(super) fn add(&mut self, cell: Cell, access: Access) {
        debug_assert!(self.len < self.room);
        self.len += 1;
        *self.cells().last_mut().expect("just made longer") = (cell, cell.mask & access.mask);
    }

    /// Takes the bytes of each read out of the reads that it subsumes. (What a write subsumes was
    /// removed when it was made.) Not where its clock is no longer known exactly: of two that were taken to
    /// know of each other none would be left.
    pub(super) fn leave_out_subsumed(&mut self) {
        for later in 0..self.len {
            let (by, _) = self.cells()[later];
            if by.kind.writes() {
                continue;
            }
            let mut then = Clock::EMPTY;
            let time = slots::past_of(by.epoch, |record, time| record.clock_at(time, &mut then));
            let cells = match time == Some(by.epoch.time()) {
                true => self.cells(),
                false => &mut [],
            };
            for (cell, bytes) in cells {
                let before = if cell.epoch.slot() == by.epoch.slot() {
                    cell.epoch.time() < by.epoch.time()
                } else {
                    then.knows(cell.epoch)
                };
                if before && by.kind.subsumes(cell.kind) {
                    *bytes &= !by.mask;
                }
            }
            then.clear();
        }
    }
}

impl Drop for Racing {
    fn drop(&mut self) {
        // SAFETY: the block is ours, of that room.
        unsafe { arena::free(self.block, self.room * size_of::<(Cell, u8)>()) };
    }
}
