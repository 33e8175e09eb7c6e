//! A granule while it is locked: the check of an access in full, and what is remembered of it.

use super::super::arena::Handle;
use super::super::epoch::Epoch;
use super::super::overflow::Overflow;
use super::super::prim::Ordering;
use super::super::sink::{self, Sighting};
use super::super::state::State;
use super::super::tape;
use super::cell::{Access, Cell};
use super::racing::{Racing, Writers};
use super::{Granule, word};

/// A granule's cells, unpacked, while it is locked; packed again on drop.
pub(super) struct Cells<'a> {
    pub(super) granule: &'a Granule,
    pub(super) flags: u64,
    pub(super) overflow: Handle,
    pub(super) write: Cell,
    pub(super) read: Cell,
}

impl Drop for Cells<'_> {
    fn drop(&mut self) {
        let granule = self.granule;
        let stored = |epoch: Epoch| word::stored(self.flags, epoch.0);
        granule
            .write
            .store(stored(self.write.epoch), Ordering::Relaxed);
        granule.write_site.store(self.write.site, Ordering::Relaxed);
        granule
            .read
            .store(stored(self.read.epoch), Ordering::Relaxed);
        granule.read_site.store(self.read.site, Ordering::Relaxed);
        let word = word::pack(self.flags, self.overflow, self.write, self.read);
        granule.word.store(word, Ordering::Release);
    }
}

impl Cells<'_> {
    pub(super) fn writes(&mut self) -> impl DoubleEndedIterator<Item = &mut Cell> {
        let overflow: &mut [Cell] = if self.overflow == 0 {
            &mut []
        } else {
            Overflow::at(self.overflow).writes()
        };
        overflow.iter_mut().chain(core::iter::once(&mut self.write))
    }

    /// Whether an access of `me` races with what is remembered.
    #[inline]
    pub(super) fn races(&mut self, me: &State, access: Access) -> bool {
        self.writes().any(|cell| cell.races(me, access))
            || access.kind.writes()
                && (self.read.races(me, access)
                    || self.overflow != 0
                        && Overflow::at(self.overflow)
                            .reads()
                            .any(|cell| cell.races(me, access)))
    }

    /// All that the access races with, but for cells that another racing one subsumes, byte by byte:
    /// they are out of date, and only still there because removing them takes time.
    #[cold]
    pub(super) fn report(
        &mut self,
        me: &mut State,
        access: Access,
        site: u32,
        writers: &mut Writers,
    ) {
        self.flags |= word::RACED;
        let room = if self.overflow == 0 {
            2
        } else {
            2 + Overflow::at(self.overflow).len()
        };
        let mut racing = Racing::with_room(room);
        // Newest first: the first conflicting write that has a byte is its last writer.
        let mut unwritten = access.mask;
        for cell in self
            .writes()
            .rev()
            .filter(|cell| cell.kind.conflicts(access.kind))
        {
            if cell.races(me, access) {
                racing.add(*cell, access);
                if access.kind.reads() && cell.mask & unwritten != 0 {
                    writers.add(me, cell.epoch);
                }
            }
            unwritten &= !cell.mask;
        }
        if access.kind.writes() {
            if self.read.races(me, access) {
                racing.add(self.read, access);
            }
            if self.overflow != 0 {
                let reads = Overflow::at(self.overflow).reads();
                reads
                    .filter(|cell| cell.races(me, access))
                    .for_each(|cell| racing.add(*cell, access));
            }
        }
        if racing.len > 1 {
            racing.leave_out_subsumed();
        }
        let second = Cell {
            epoch: me.last_epoch(),
            site,
            mask: access.mask,
            kind: access.kind,
        };
        let map = self.flags & word::MAP != 0;
        for &(first, bytes) in racing.cells().iter() {
            if bytes != 0 {
                sink::report(
                    me,
                    Sighting {
                        first,
                        second,
                        map,
                        access,
                    },
                );
            }
        }
    }

    pub(super) fn remember(&mut self, me: &State, new: Cell) {
        let trim = |cell: &mut Cell| {
            if cell.mask & new.mask != 0 && new.kind.subsumes(cell.kind) && me.knows(cell.epoch) {
                cell.mask &= !new.mask;
                if cell.mask == 0 {
                    *cell = Cell::NONE;
                }
            }
        };
        if new.kind.writes() {
            for cell in self.writes() {
                trim(cell);
            }
            trim(&mut self.read);
            if self.overflow != 0 {
                Overflow::at(self.overflow).reads().for_each(trim);
                self.overflow = Overflow::settle(self.overflow);
            }
            if self.write.mask != 0 {
                self.overflow = Overflow::push_write(self.overflow, self.write);
            }
            self.write = new;
        } else {
            trim(&mut self.read);
            if self.read.mask == 0 {
                self.read = new;
            } else {
                self.overflow = Overflow::put_read(self.overflow, new);
            }
        }
    }

    pub(super) fn id(&mut self) -> u64 {
        if self.overflow == 0 {
            self.overflow = Overflow::new(0);
        }
        let overflow = Overflow::at(self.overflow);
        if overflow.id == 0 {
            overflow.id = tape::next_id();
        }
        u64::from(overflow.id)
    }
}
