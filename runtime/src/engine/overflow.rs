//! The cells of a granule that do not fit inline.
//!
//! One arena block: a header, the writes in order of time (newest last), the reads in a table that
//! is indexed by slot with linear probing. Grown by making a bigger block.

use super::arena::{self, Handle};
use super::epoch::Slot;
use super::granule::{Cell, Kind};
use core::sync::atomic::{AtomicU64, Ordering, fence};

/// Header of a block; `writes_room + reads_room` cells follow it.
#[derive(Debug)]
#[repr(C)]
pub struct Overflow {
    /// The granule's identity in traces; 0 until one is recorded.
    pub id: u32,
    writes_len: u32,
    writes_room: u32,
    /// A power of two, or 0.
    reads_room: u32,
    reads_len: u32,
    /// Of this block as this granule's: see [`incarnation`](Self::incarnation).
    incarnation: AtomicU64,
}

const HEADER: usize = 32;

/// How many blocks were made so far. Not `prim`'s atomics: nothing is ordered by it, and what stands in
/// the arena is not loom's.
static MADE: AtomicU64 = AtomicU64::new(0);

impl Overflow {
    /// The block behind a granule's handle. The caller holds the granule's lock, or only calls
    /// [`has_read`](Self::has_read) and [`incarnation`](Self::incarnation).
    #[inline]
    pub fn at<'a>(handle: Handle) -> &'a mut Overflow {
        // SAFETY: a granule's overflow handle names a block made by `make`; the lock makes the
        // reference exclusive, and `has_read` only reads words that may change under it.
        unsafe { &mut *arena::address(handle).cast::<Overflow>() }
    }

    /// How many cells are here.
    pub fn len(&self) -> usize {
        (self.writes_len + self.reads_len) as usize
    }

    fn bytes(writes_room: u32, reads_room: u32) -> usize {
        HEADER + (writes_room + reads_room) as usize * size_of::<Cell>()
    }

    fn make(id: u32, writes_room: u32, reads_room: u32) -> Handle {
        let handle = arena::alloc(Self::bytes(writes_room, reads_room));
        *Self::at(handle) = Overflow {
            id,
            writes_len: 0,
            writes_room,
            reads_room,
            reads_len: 0,
            incarnation: AtomicU64::new(0),
        };
        // Complemented, so that it looks like nothing else that the arena holds.
        let made = !(MADE.fetch_add(1, Ordering::Relaxed) + 1);
        // After the room was zeroed: who finds this number finds no cell of before.
        Self::at(handle).incarnation.store(made, Ordering::Release);
        handle
    }

    /// Which making of the block this is: never the same again once the block was given back, whoever
    /// has it then. For [`Granule::seen`](super::granule::Granule::seen), which looks without the lock.
    #[inline]
    pub fn incarnation(&self) -> u64 {
        self.incarnation.load(Ordering::Acquire)
    }

    /// An empty block.
    #[expect(
        clippy::new_ret_no_self,
        reason = "blocks live in the arena, behind handles"
    )]
    pub fn new(id: u32) -> Handle {
        Self::make(id, 0, 0)
    }

    /// Gives the block back.
    ///
    /// # Safety
    ///
    /// The granule no longer refers to it, or is gone.
    pub unsafe fn free(handle: Handle) {
        let block = Self::at(handle);
        block.incarnation.store(0, Ordering::Relaxed);
        // Before anything of the next owner's: who reads that reads the end of this incarnation after.
        fence(Ordering::Release);
        // SAFETY: as the caller promises; the size is the one it was made with.
        unsafe { arena::free(handle, Self::bytes(block.writes_room, block.reads_room)) }
    }

    fn cells(&self) -> *mut Cell {
        // SAFETY: the block is longer than its header.
        unsafe {
            (&raw const *self)
                .cast_mut()
                .cast::<u8>()
                .add(HEADER)
                .cast()
        }
    }

    /// The writes, oldest first.
    pub fn writes<'a>(&mut self) -> &'a mut [Cell] {
        // SAFETY: `writes_len <= writes_room` cells stand there.
        unsafe { core::slice::from_raw_parts_mut(self.cells(), self.writes_len as usize) }
    }

    fn table<'a>(&mut self) -> &'a mut [Cell] {
        // SAFETY: the table follows the room for writes; zeroed cells are `Cell::NONE`.
        unsafe {
            let start = self.cells().add(self.writes_room as usize);
            core::slice::from_raw_parts_mut(start, self.reads_room as usize)
        }
    }

    /// The reads, in no order.
    pub fn reads<'a>(&mut self) -> impl Iterator<Item = &'a mut Cell> {
        self.table().iter_mut().filter(|cell| cell.mask != 0)
    }

    /// After cells were trimmed: closes the gaps. An emptied table entry would break probing, so a
    /// table that lost any is laid out again. Returns the block that the granule now has, or 0.
    pub fn settle(handle: Handle) -> Handle {
        let block = Self::at(handle);
        let mut kept = 0;
        for index in 0..block.writes_len as usize {
            let cell = block.writes()[index];
            if cell.mask != 0 {
                block.writes()[kept] = cell;
                kept += 1;
            }
        }
        block.writes_len = kept as u32;
        let left = block.reads().count() as u32;
        if left == 0 && kept == 0 && block.id == 0 {
            // SAFETY: the granule is about to forget it.
            unsafe { Self::free(handle) };
            0
        } else if left != block.reads_len {
            Self::rebuild(
                handle,
                block.writes_room,
                if left == 0 { 0 } else { block.reads_room },
            )
        } else {
            handle
        }
    }

    /// The first table entry of the slot's probe sequence that `wanted` accepts; `None` when an
    /// unwanted free entry, or the whole table, was met before.
    fn probe<'a>(&mut self, slot: Slot, wanted: impl Fn(&Cell) -> bool) -> Option<&'a mut Cell> {
        let table = self.table();
        if table.is_empty() {
            return None;
        }
        let start = slot as usize & (table.len() - 1);
        for step in 0..table.len() {
            let index = (start + step) & (table.len() - 1);
            if wanted(&table[index]) {
                return Some(&mut self.table()[index]);
            }
            if table[index].mask == 0 {
                return None;
            }
        }
        None
    }

    /// Remembers a read: in place of the slot's own older read of the same bytes, or beside it.
    pub fn put_read(handle: Handle, new: Cell) -> Handle {
        if handle == 0 {
            return Self::put_read(Self::make(0, 0, 4), new);
        }
        let block = Self::at(handle);
        let slot = new.epoch.slot();
        let own = |have: &Cell| {
            have.epoch.slot() == slot && have.mask & !new.mask == 0 && new.kind.subsumes(have.kind)
        };
        if let Some(cell) = block.probe(slot, |have| have.mask != 0 && own(have)) {
            *cell = new;
            return handle;
        }
        if (block.reads_len + 1) * 4 > block.reads_room * 3 {
            let bigger = Self::rebuild(handle, block.writes_room, (block.reads_room * 2).max(4));
            return Self::put_read(bigger, new);
        }
        let free = block
            .probe(slot, |have| have.mask == 0)
            .expect("a quarter of the table is free");
        *free = new;
        block.reads_len += 1;
        handle
    }

    /// Remembers a write that is newer than those kept here.
    pub fn push_write(handle: Handle, new: Cell) -> Handle {
        if handle == 0 {
            return Self::push_write(Self::make(0, 2, 0), new);
        }
        let block = Self::at(handle);
        if block.writes_len == block.writes_room {
            let bigger = Self::rebuild(handle, (block.writes_room * 2).max(2), block.reads_room);
            return Self::push_write(bigger, new);
        }
        block.writes_len += 1;
        *block.writes().last_mut().expect("just made longer") = new;
        handle
    }

    /// The same cells in a block of other size.
    fn rebuild(handle: Handle, writes_room: u32, reads_room: u32) -> Handle {
        let old = Self::at(handle);
        let handle_new = Self::make(old.id, writes_room, reads_room);
        let new = Self::at(handle_new);
        new.writes_len = old.writes_len;
        new.writes().copy_from_slice(old.writes());
        for cell in old.reads() {
            *new.probe(cell.epoch.slot(), |have| have.mask == 0)
                .expect("bigger") = *cell;
            new.reads_len += 1;
        }
        // SAFETY: the granule is about to refer to the new block instead.
        unsafe { Self::free(handle) };
        handle_new
    }

    /// Whether the strand's own read of this epoch is here. Called without the granule's lock: what
    /// it reads may be stale or another granule's; `Granule::seen` says when `true` can be trusted.
    pub fn has_read(&self, slot: Slot, epoch: u64, kind: Kind, mask: u8) -> bool {
        let (writes_room, room) = (self.writes_room as usize, self.reads_room as usize);
        if !room.is_power_of_two() || writes_room > 1 << 20 || room > 1 << 20 {
            return false;
        }
        let start = slot as usize & (room - 1);
        for step in 0..room.min(4) {
            let index = writes_room + ((start + step) & (room - 1));
            // SAFETY: within the arena whatever the header said, as the rooms are bounded; volatile
            // because another thread may be writing there, and the answer is checked afterwards.
            let cell = unsafe { self.cells().add(index).read_volatile() };
            if cell.epoch.0 == epoch {
                fence(Ordering::Acquire);
                return cell.mask & mask == mask && cell.kind.subsumes(kind);
            }
        }
        false
    }
}
