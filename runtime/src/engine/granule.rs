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

use super::At;
use super::arena::{self, Handle};
use super::clock::Clock;
use super::epoch::Epoch;
use super::lock;
use super::overflow::Overflow;
use super::prim::{AtomicU32, AtomicU64, Ordering, back_off};
use super::sink::{self, Sighting};
use super::state::{self, Edge, State};
use super::tape;

/// What an access does. Bit 0: writes; bit 1: atomic; bit 2: writes what it made of what it read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind(pub u8);

impl Kind {
    /// A non-atomic read.
    pub const READ: Kind = Kind(0);
    /// A non-atomic write.
    pub const WRITE: Kind = Kind(1);
    /// An atomic load.
    pub const LOAD: Kind = Kind(2);
    /// An atomic store.
    pub const STORE: Kind = Kind(3);
    /// An atomic read-modify-write.
    pub const RMW: Kind = Kind(7);

    /// Whether it writes.
    #[inline]
    pub const fn writes(self) -> bool {
        self.0 & 1 != 0
    }
    /// Whether it reads.
    #[inline]
    pub const fn reads(self) -> bool {
        !self.writes() || self.0 & 4 != 0
    }
    /// Whether it is atomic.
    #[inline]
    pub const fn atomic(self) -> bool {
        self.0 & 2 != 0
    }
    /// Whether two unordered accesses to one byte are a race.
    #[inline]
    pub const fn conflicts(self, other: Kind) -> bool {
        (self.writes() || other.writes()) && !(self.atomic() && other.atomic())
    }
    /// Whether all that conflicts with `earlier` conflicts with `self`.
    #[inline]
    pub const fn subsumes(self, earlier: Kind) -> bool {
        (self.writes() || !earlier.writes()) && (!self.atomic() || earlier.atomic())
    }
}

/// One remembered access.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Cell {
    /// Who and when.
    pub epoch: Epoch,
    /// Where.
    pub site: u32,
    /// Which bytes; 0: no access.
    pub mask: u8,
    /// What.
    pub kind: Kind,
}

impl Cell {
    /// No access.
    pub const NONE: Cell = Cell {
        epoch: Epoch::NONE,
        site: 0,
        mask: 0,
        kind: Kind::READ,
    };

    /// Whether an access of `me` races with this one.
    #[inline]
    fn races(&self, me: &State, access: Access) -> bool {
        self.mask & access.mask != 0 && self.kind.conflicts(access.kind) && !me.knows(self.epoch)
    }
}

/// All bytes: a façade object, accessed as a whole.
pub const WHOLE: u8 = 0xff;

/// The fields of a granule's first word.
mod word {
    use super::{Cell, Epoch, Handle, Kind, lock};

    /// 2 bits: free, or held by generation 1..=3 (see `lock`).
    pub const LOCK: u64 = 3;
    /// The object is a part of a map.
    pub const MAP: u64 = 4;
    /// Atomic operations on raw bytes were here: clocks are kept for some of their addresses.
    pub const CLOCKS: u64 = 1 << 63;
    /// A race was found here. The inline epochs are stored with [`NOT_SEEN`] flipped, so that no
    /// fast path takes them for its own.
    pub const RACED: u64 = 1 << 62;
    pub const FLAGS: u64 = MAP | CLOCKS | RACED;
    /// A bit that no time reaches.
    const NOT_SEEN: u64 = 1 << 43;

    /// A free granule whose cells stand inline.
    pub const SIMPLE: u64 = (MAP | CLOCKS | 0xffff_ffff << WRITE) & !RACED;

    /// The word after a write that replaced both cells.
    #[inline]
    pub fn with_write(word: u64, mask: u8, kind: Kind) -> u64 {
        word & (MAP | CLOCKS) | (u64::from(mask) | u64::from(kind.0) << 8) << WRITE
    }

    /// The word after a read that replaced the read cell.
    #[inline]
    pub fn with_read(word: u64, mask: u8, kind: Kind) -> u64 {
        word & (MAP | CLOCKS | 0xffff << WRITE) | (u64::from(mask) | u64::from(kind.0) << 8) << READ
    }

    /// How an inline epoch is stored.
    #[inline]
    pub fn stored(word: u64, epoch: u64) -> u64 {
        if word & RACED != 0 {
            epoch ^ NOT_SEEN
        } else {
            epoch
        }
    }
    const OVERFLOW: u32 = 3; // 29 bits
    const WRITE: u32 = 32; // mask 8 bits, kind 8 bits
    const READ: u32 = 48;

    #[inline]
    pub fn held() -> u64 {
        u64::from(lock::held())
    }
    #[inline]
    pub fn overflow(word: u64) -> Handle {
        (word >> OVERFLOW) as u32 & ((1 << 29) - 1)
    }
    #[inline]
    pub fn write_mask_kind(word: u64) -> (u8, Kind) {
        ((word >> WRITE) as u8, Kind((word >> (WRITE + 8)) as u8))
    }
    #[inline]
    pub fn read_mask_kind(word: u64) -> (u8, Kind) {
        (
            (word >> READ) as u8,
            Kind((word >> (READ + 8)) as u8 & 0x3f),
        )
    }
    #[inline]
    pub fn pack(flags: u64, overflow: Handle, write: Cell, read: Cell) -> u64 {
        debug_assert!(overflow < 1 << 29);
        let half = |cell: Cell| u64::from(cell.mask) | u64::from(cell.kind.0) << 8;
        flags | u64::from(overflow) << OVERFLOW | half(write) << WRITE | half(read) << READ
    }
    pub fn cell(epoch: u64, site: u32, (mask, kind): (u8, Kind)) -> Cell {
        if mask == 0 {
            Cell::NONE
        } else {
            Cell {
                epoch: Epoch(epoch),
                site,
                mask,
                kind,
            }
        }
    }
}

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

/// One access as the granule sees it.
#[derive(Clone, Copy, Debug)]
pub struct Access {
    /// What.
    pub kind: Kind,
    /// Which bytes of the granule.
    pub mask: u8,
    /// First byte accessed, for reports.
    pub address: usize,
    /// Bytes accessed in all; 0: a façade object as a whole.
    pub size: usize,
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

    #[inline(never)]
    fn access_here(&self, kind: Kind, at: &At) {
        if let Some(mut me) = state::enter() {
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
        // A shared reader's own cell. The block is this granule's before and after the look, and
        // our epoch can only have come into it while it was: blocks are cleared when they are made.
        let overflow = word::overflow(word);
        overflow != 0
            && Overflow::at(overflow).has_read(me.slot, epoch, kind, mask)
            && word::overflow(self.word.load(Ordering::Acquire)) == overflow
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

/// A granule's cells, unpacked, while it is locked; packed again on drop.
struct Cells<'a> {
    granule: &'a Granule,
    flags: u64,
    overflow: Handle,
    write: Cell,
    read: Cell,
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
    fn add(&mut self, me: &State, writer: Epoch) {
        if !sink::joins_racy_reads(me) {
            return;
        }
        if let Some(record) = super::slots::record_of(writer) {
            record.take(writer.time());
            record.clock_at(writer.time(), &mut self.knew);
            self.knew.raise(writer.slot(), writer.time());
        }
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
struct Racing {
    block: Handle,
    room: usize,
    len: usize,
}

impl Racing {
    fn with_room(room: usize) -> Self {
        Racing {
            block: arena::alloc(room * size_of::<(Cell, u8)>()),
            room,
            len: 0,
        }
    }

    /// Each cell with those of its bytes that count.
    fn cells(&mut self) -> &mut [(Cell, u8)] {
        // SAFETY: the block has room for `room >= len` pairs; zeroes are valid ones.
        unsafe { core::slice::from_raw_parts_mut(arena::address(self.block).cast(), self.len) }
    }

    fn add(&mut self, cell: Cell, access: Access) {
        debug_assert!(self.len < self.room);
        self.len += 1;
        *self.cells().last_mut().expect("just made longer") = (cell, cell.mask & access.mask);
    }

    /// Takes the bytes of each read out of the reads that it subsumes. (What a write subsumes was
    /// removed when it was made.)
    fn leave_out_subsumed(&mut self) {
        for later in 0..self.len {
            let (by, _) = self.cells()[later];
            if by.kind.writes() {
                continue;
            }
            let Some(record) = super::slots::record_of(by.epoch) else {
                continue;
            };
            let mut then = Clock::EMPTY;
            record.clock_at(by.epoch.time(), &mut then);
            for (cell, bytes) in self.cells() {
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

impl Cells<'_> {
    fn writes(&mut self) -> impl DoubleEndedIterator<Item = &mut Cell> {
        let overflow: &mut [Cell] = if self.overflow == 0 {
            &mut []
        } else {
            Overflow::at(self.overflow).writes()
        };
        overflow.iter_mut().chain(core::iter::once(&mut self.write))
    }

    /// Whether an access of `me` races with what is remembered.
    #[inline]
    fn races(&mut self, me: &State, access: Access) -> bool {
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
    fn report(&mut self, me: &mut State, access: Access, site: u32, writers: &mut Writers) {
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

    fn remember(&mut self, me: &State, new: Cell) {
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

    fn id(&mut self) -> u64 {
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

/// How many bytes a granule has.
pub const BYTES: usize = 8;
