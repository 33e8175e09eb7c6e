//! The shadow of one granule, and the check that every access makes.
//!
//! FastTrack (Flanagan & Freund, PLDI 2009) keeps the epoch of the last write and the epoch of the
//! last read, or a clock of reads once they are concurrent. Here both are *cells* (epoch, site,
//! which bytes, what kind), and departures follow from wanting every pair, for every byte, with
//! atomics:
//!
//! 1. A cell covers a mask of the granule's 8 bytes. A new access takes its bytes out of the cells
//!    it *subsumes*: those that happen before it and whose conflicts are all conflicts of the new
//!    one too (a plain write subsumes everything, an atomic write the atomic kinds, a read the reads).
//!    Nothing else ever removes a cell, so no access is forgotten that could still race alone.
//! 2. Cells that do not fit inline (concurrent readers, disjoint bytes, writes that raced) move to
//!    an [`Overflow`] block of the arena, which grows without bound. Readers stand there in a table
//!    indexed by slot, so a shared reader finds its own cell at once and without the lock; writes
//!    stand in order of time, newest last.
//! 3. After a race is found the racing write keeps its cell beside the new one, and the granule is
//!    marked: from then on every access to it is checked in full, as an access that the same epoch
//!    makes redundant may still race with one that a race let in between. A racy read joins the last writer's clock at its write (SHB, Mathur, Kini &
//!    Viswanathan, OOPSLA 2018), unless the session runs with `order=hb`.
//!
//! An access by a strand whose own access of the same epoch is still in place is done after one
//! thread-local load and one compare.

mod cell;
mod locked;
mod racing;
mod word;

use super::At;
use super::epoch::Epoch;
use super::overflow::Overflow;
use super::prim::{AtomicU32, AtomicU64, Ordering, back_off};
use super::scope::{self, Deed};
use super::state::{self, State};
use super::tape;
pub use cell::{Access, Cell, Kind, WHOLE};
use locked::Cells;
pub use racing::Writers;

/// How many bytes a granule has.
pub const BYTES: usize = 8;

/// Shadow of 8 application bytes, or of one façade object as a whole (inline shadow). 32 bytes;
/// all zeroes is a granule that nobody touched.
#[derive(Debug)]
#[repr(C)]
pub struct Granule {
    word: AtomicU64,
    write: AtomicU64,
    read: AtomicU64,
    write_site: AtomicU32,
    read_site: AtomicU32,
}

impl Default for Granule {
    fn default() -> Self {
        Self::new()
    }
}

impl Granule {
    /// A granule that nobody has touched.
    #[cfg(not(fidge_loom))]
    pub const fn new() -> Self {
        Self::with_word(0)
    }
    /// One that is part of a map: its races are reported as such.
    #[cfg(not(fidge_loom))]
    pub const fn of_map() -> Self {
        Self::with_word(word::MAP)
    }
    #[cfg(not(fidge_loom))]
    const fn with_word(word: u64) -> Self {
        Granule {
            word: AtomicU64::new(word),
            write: AtomicU64::new(0),
            read: AtomicU64::new(0),
            write_site: AtomicU32::new(0),
            read_site: AtomicU32::new(0),
        }
    }
    /// A granule that nobody has touched.
    #[cfg(fidge_loom)]
    pub fn new() -> Self {
        Granule {
            word: AtomicU64::new(0),
            write: AtomicU64::new(0),
            read: AtomicU64::new(0),
            write_site: AtomicU32::new(0),
            read_site: AtomicU32::new(0),
        }
    }

    /// The current strand reads the whole object, not atomically. Only for objects that are never
    /// accessed in any other way than by `read` and [`write`](Self::write).
    #[inline]
    pub fn read(&self, at: &At) {
        let epoch = state::epoch();
        if self.read.load(Ordering::Relaxed) != epoch && self.write.load(Ordering::Relaxed) != epoch
        {
            self.access_here(Kind::READ, at);
        }
    }

    /// The current strand writes the whole object, not atomically; see [`read`](Self::read).
    #[inline]
    pub fn write(&self, at: &At) {
        if self.write.load(Ordering::Relaxed) != state::epoch() {
            self.access_here(Kind::WRITE, at);
        }
    }

    /// Whether it stands for a part of a map.
    fn is_of_map(&self) -> bool {
        self.word.load(Ordering::Relaxed) & word::MAP != 0
    }

    #[inline(never)]
    fn access_here(&self, kind: Kind, at: &At) {
        if let Some(mut me) = state::enter() {
            if scope::watches(&me) && !self.is_of_map() {
                scope::did(&mut me, self.trace_id(), Deed::of(kind.writes()), at);
            }
            let access = Access {
                kind,
                mask: WHOLE,
                address: self as *const _ as usize,
                size: 0,
            };
            self.access(&mut me, access, at);
        }
    }

    /// Whether the strand's own access of this epoch makes this one redundant.
    #[inline]
    pub fn seen(&self, me: &State, kind: Kind, mask: u8) -> bool {
        let epoch = me.fast_epoch();
        // The word first. Only we put our epoch into a cell: if it is there now, the cell has been
        // ours since before, and the mask and kind just read are those of that cell.
        let word = self.word.load(Ordering::Acquire);
        if word & word::RACED != 0 {
            return false;
        }
        let covers = |(have, by): (u8, Kind)| have & mask == mask && by.subsumes(kind);
        if covers(word::write_mask_kind(word)) && self.write.load(Ordering::Acquire) == epoch {
            return true;
        }
        if kind.writes() {
            return false;
        }
        if covers(word::read_mask_kind(word)) && self.read.load(Ordering::Acquire) == epoch {
            return true;
        }
        // A shared reader's own cell. The block may leave this granule at any time, and come back. It is
        // this granule's if the word, unlocked (a block is given back under the lock, while the word
        // still names it), names it after the look; and has been since before the look, if it is then
        // still of the incarnation that was looked into. In this order: asked before the word, the
        // incarnation may be another granule's. Our epoch can only have come into that of this
        // granule by our own read of it.
        let overflow = word::overflow(word);
        if overflow == 0 {
            return false;
        }
        let block = Overflow::at(overflow);
        let incarnation = block.incarnation();
        block.has_read(me.slot, epoch, kind, mask)
            && word::settled_overflow(self.word.load(Ordering::Acquire)) == overflow
            && block.incarnation() == incarnation
    }

    /// An access by `me` that lies in this granule: check, report, remember, and join what a racy
    /// read joins.
    #[inline]
    pub fn access(&self, me: &mut State, access: Access, at: &At) {
        self.access_under::<false>(me, access, at);
    }

    /// [`access`](Self::access) for a granule that is only ever accessed under a lock, which the
    /// caller holds.
    #[inline]
    pub fn access_locked(&self, me: &mut State, access: Access, at: &At) {
        self.access_under::<true>(me, access, at);
    }

    #[inline]
    fn access_under<const LOCKED: bool>(&self, me: &mut State, access: Access, at: &At) {
        if !tape::on(me) {
            if self.seen(me, access.kind, access.mask) {
                return;
            }
            let site = crate::stack::site(me, at);
            if self.update::<LOCKED>(me, access.kind, access.mask, site) {
                return;
            }
        } else {
            let address = tape::object_address(self.trace_id());
            tape::push_access(me, access.kind, address, 8, at);
        }
        let mut writers = Writers::default();
        self.part_in_full(me, access, at, &mut writers);
        if writers.join(me, at) {
            self.again(me, access, at);
        }
    }

    /// The common case of an access: what is remembered stands inline, nothing of it races, and the
    /// new access subsumes what it replaces. Returns `false`, with nothing done, in any other case.
    #[inline]
    fn update<const LOCKED: bool>(&self, me: &mut State, kind: Kind, mask: u8, site: u32) -> bool {
        let word = self.word.load(Ordering::Relaxed);
        if word & !word::SIMPLE != 0 {
            return false;
        }
        if !LOCKED
            && self
                .word
                .compare_exchange(
                    word,
                    word | word::held(),
                    Ordering::Acquire,
                    Ordering::Relaxed,
                )
                .is_err()
        {
            return false;
        }
        let (write_mask, write_kind) = word::write_mask_kind(word);
        let (read_mask, read_kind) = word::read_mask_kind(word);
        let knows = |epoch: &AtomicU64| me.knows(Epoch(epoch.load(Ordering::Relaxed)));
        // The old cell is gone without a trace, or may go.
        let replaces = |have: u8, by: Kind, epoch: &AtomicU64| {
            have == 0 || have & !mask == 0 && kind.subsumes(by) && knows(epoch)
        };
        let new = if kind.writes() {
            if replaces(write_mask, write_kind, &self.write)
                && replaces(read_mask, read_kind, &self.read)
            {
                self.write.store(me.access_epoch().0, Ordering::Relaxed);
                self.write_site.store(site, Ordering::Relaxed);
                self.read.store(0, Ordering::Relaxed);
                Some(word::with_write(word, mask, kind))
            } else {
                None
            }
        } else if (write_mask == 0 || !write_kind.conflicts(kind) || knows(&self.write))
            && replaces(read_mask, read_kind, &self.read)
        {
            self.read.store(me.access_epoch().0, Ordering::Relaxed);
            self.read_site.store(site, Ordering::Relaxed);
            Some(word::with_read(word, mask, kind))
        } else {
            None
        };
        if !LOCKED || new.is_some() {
            // Only raw bytes have atomics outside of a lock, see `access_locked`.
            let clocks = if kind.atomic() && !LOCKED {
                word::CLOCKS
            } else {
                0
            };
            self.word
                .store(new.map_or(word, |new| new | clocks), Ordering::Release);
        }
        new.is_some()
    }

    /// The part of an access that lies in this granule. A racy read's joins are left to the caller:
    /// they come after all parts were judged.
    pub fn part(&self, me: &mut State, access: Access, at: &At, writers: &mut Writers) {
        if !tape::on(me) {
            if self.seen(me, access.kind, access.mask) {
                return;
            }
            let site = crate::stack::site(me, at);
            if self.update::<false>(me, access.kind, access.mask, site) {
                return;
            }
        }
        self.part_in_full(me, access, at, writers);
    }

    #[inline(never)]
    fn part_in_full(&self, me: &mut State, access: Access, at: &At, writers: &mut Writers) {
        let site = crate::stack::site(me, at);
        let mut cells = self.lock();
        if access.kind.atomic() && access.size != 0 {
            cells.flags |= word::CLOCKS;
        }
        if cells.races(me, access) {
            cells.report(me, access, site, writers);
        }
        let new = Cell {
            epoch: me.access_epoch(),
            site,
            mask: access.mask,
            kind: access.kind,
        };
        cells.remember(me, new);
    }

    /// An access that joined is remembered again: it knows more now.
    pub fn again(&self, me: &mut State, access: Access, at: &At) {
        let site = crate::stack::site(me, at);
        let new = Cell {
            epoch: me.access_epoch(),
            site,
            mask: access.mask,
            kind: access.kind,
        };
        self.lock().remember(me, new);
    }

    /// The history of these bytes ends: they belong to a new object. Says whether clocks may be kept
    /// for their addresses, which end as well.
    pub fn reset(&self, mask: u8) -> bool {
        let mut cells = self.lock();
        let end = |cell: &mut Cell| {
            cell.mask &= !mask;
            if cell.mask == 0 {
                *cell = Cell::NONE;
            }
        };
        cells.writes().for_each(end);
        end(&mut cells.read);
        if cells.overflow != 0 {
            Overflow::at(cells.overflow).reads().for_each(end);
            cells.overflow = Overflow::settle(cells.overflow);
        }
        if cells.write.mask == 0 && cells.read.mask == 0 && cells.overflow == 0 {
            cells.flags &= !word::RACED;
        }
        cells.flags & word::CLOCKS != 0
    }

    /// Identity in traces: kept in the overflow block, which is made for it.
    pub fn trace_id(&self) -> u64 {
        let mut cells = self.lock();
        cells.id()
    }

    fn lock(&self) -> Cells<'_> {
        let held = word::held();
        let mut round = 0;
        let seen = loop {
            let seen = self.word.load(Ordering::Relaxed);
            let holder = seen & word::LOCK;
            if holder != held {
                let mine = seen & !word::LOCK | held;
                if self
                    .word
                    .compare_exchange(seen, mine, Ordering::Acquire, Ordering::Relaxed)
                    .is_ok()
                {
                    break seen;
                }
            }
            back_off(&mut round);
        };
        let mut cells = Cells {
            granule: self,
            flags: seen & word::FLAGS,
            overflow: word::overflow(seen),
            write: word::cell(
                word::stored(seen, self.write.load(Ordering::Relaxed)),
                self.write_site.load(Ordering::Relaxed),
                word::write_mask_kind(seen),
            ),
            read: word::cell(
                word::stored(seen, self.read.load(Ordering::Relaxed)),
                self.read_site.load(Ordering::Relaxed),
                word::read_mask_kind(seen),
            ),
        };
        if seen & word::LOCK != 0 {
            // Its holder was lost in a `fork`, perhaps half way: start over. The block leaks.
            (cells.overflow, cells.write, cells.read) = (0, Cell::NONE, Cell::NONE);
        }
        cells
    }
}

impl Drop for Granule {
    #[inline]
    fn drop(&mut self) {
        let overflow = word::overflow(self.word.load(Ordering::Relaxed));
        if overflow != 0 {
            // SAFETY: the granule is gone, nobody else can reach its block.
            unsafe { Overflow::free(overflow) };
        }
    }
}
