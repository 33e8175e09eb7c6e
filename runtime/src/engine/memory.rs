//! Accesses to arbitrary addresses: the shadow table, and the clocks kept for addresses.
//!
//! The table has two levels: a directory over the address space, and for each touched megabyte of
//! application memory a block of granules. Both are reserved lazily and committed by the page.

use super::At;
use super::arena::{self, Handle};
use super::granule::{Access, BYTES, Granule, Kind, Writers};
use super::lock::Spin;
use super::scope::{self, Deed};
use super::state::{self, State};
use super::sync::SyncVar;
use super::tape::{self, Event};
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// Application bytes that one block shadows.
const BLOCK: usize = 1 << 20;
/// Parts of a block that are counted against the ceiling when first touched.
const PART: usize = BLOCK / 32;
/// Bits of an address that the directory covers; 32-bit targets need fewer.
const ADDRESS_BITS: u32 = if cfg!(target_pointer_width = "64") {
    48
} else {
    32
};
const ENTRIES: usize = 1 << (ADDRESS_BITS - BLOCK.trailing_zeros());

#[repr(C)]
struct Block {
    /// One bit for each part that was touched.
    touched: AtomicU32,
    granules: [Granule; BLOCK / BYTES],
}

static DIRECTORY: AtomicPtr<AtomicPtr<Block>> = AtomicPtr::new(core::ptr::null_mut());
static GROW: Spin = Spin::new();

fn entry(address: usize) -> Option<&'static AtomicPtr<Block>> {
    let index = address / BLOCK;
    if index >= ENTRIES {
        return None;
    }
    let mut directory = DIRECTORY.load(Ordering::Acquire);
    if directory.is_null() {
        let _held = GROW.lock();
        directory = DIRECTORY.load(Ordering::Acquire);
        if directory.is_null() {
            directory = arena::map_or_stop(ENTRIES * size_of::<AtomicPtr<Block>>())?.cast();
            DIRECTORY.store(directory, Ordering::Release);
        }
    }
    // SAFETY: the index is below the directory's length; zeroes are null pointers.
    Some(unsafe { &*directory.add(index) })
}

/// The granule of an address; `None` outside the covered address space or when the system has no
/// memory for its block (then detection stops, as at the ceiling).
fn granule(address: usize) -> Option<&'static Granule> {
    let entry = entry(address)?;
    let mut block = entry.load(Ordering::Acquire);
    if block.is_null() {
        let _held = GROW.lock();
        block = entry.load(Ordering::Acquire);
        if block.is_null() {
            block = arena::map_or_stop(size_of::<Block>())?.cast();
            entry.store(block, Ordering::Release);
        }
    }
    // SAFETY: blocks are never unmapped; zeroed memory is a valid `Block`.
    let block = unsafe { &*block };
    let within = address % BLOCK;
    let part = 1 << (within / PART);
    if block.touched.load(Ordering::Relaxed) & part == 0
        && block.touched.fetch_or(part, Ordering::Relaxed) & part == 0
    {
        arena::count(PART / BYTES * size_of::<Granule>());
    }
    Some(&block.granules[within / BYTES])
}

/// The granules of a range, each with the mask of its bytes that the range has.
fn granules(address: usize, size: usize) -> impl Iterator<Item = (usize, u8)> {
    let end = address.saturating_add(size);
    let first = address & !(BYTES - 1);
    (first..end).step_by(BYTES).map(move |base| {
        let from = address.max(base) - base;
        let to = end.min(base + BYTES) - base;
        (base, (0xffu16 >> (BYTES - (to - from)) << from) as u8)
    })
}

/// An access of any size, aligned or not, by a strand at hand.
pub fn access(me: &mut State, kind: Kind, address: usize, size: usize, at: &At) {
    let parts = || {
        granules(address, size).filter_map(|(base, mask)| {
            Some((
                granule(base)?,
                Access {
                    kind,
                    mask,
                    address: base.max(address),
                    size,
                },
            ))
        })
    };
    if tape::on(me) {
        tape::push_access(me, kind, address as u64, size as u32, at);
    }
    if scope::watches(me) {
        for (base, _) in granules(address, size) {
            scope::did(me, base as u64, Deed::of(kind.writes()), at);
        }
    }
    let mut writers = Writers::default();
    for (granule, part) in parts() {
        granule.part(me, part, at, &mut writers);
    }
    if writers.join(me, at) {
        for (granule, part) in parts() {
            granule.again(me, part, at);
        }
    }
}

/// The current strand reads `size` bytes at `address`.
pub fn read(address: usize, size: usize, at: &At) {
    if let Some(mut me) = state::enter() {
        access(&mut me, Kind::READ, address, size, at);
    }
}

/// The current strand writes `size` bytes at `address`.
pub fn write(address: usize, size: usize, at: &At) {
    if let Some(mut me) = state::enter() {
        access(&mut me, Kind::WRITE, address, size, at);
    }
}

/// The bytes were freed, or belong to a new object: their history ends, and that of the clocks of
/// atomics that overlap them.
pub fn reset(address: usize, size: usize, at: &At) {
    let Some(mut me) = state::enter() else { return };
    if tape::on(&me) {
        tape::push(&mut me, Event::Reset, address as u64, size as u32, at);
    }
    for (base, mask) in granules(address, size) {
        // Never touched, nothing to forget.
        if entry(base).is_none_or(|entry| entry.load(Ordering::Acquire).is_null()) {
            continue;
        }
        if granule(base).is_some_and(|granule| granule.reset(mask)) {
            let (from, to) = (address.max(base), (address + size).min(base + BYTES));
            for size in [1, 2, 4, 8, 16] {
                for start in (from.saturating_sub(size - 1)..to).filter(|at| at % size == 0) {
                    forget_clock(atomic_key(start, size));
                }
            }
        }
    }
}

/// The key of the clock of an atomic: there may be several sizes at one address.
pub(super) fn atomic_key(address: usize, size: usize) -> usize {
    address ^ (size << (usize::BITS - 6))
}

/// Buckets of the table of address clocks.
const BUCKETS: usize = 1 << 12;

struct Bucket {
    lock: Spin,
    first: UnsafeCell<Handle>,
}

// SAFETY: `first` and the list behind it are only touched under `lock`.
unsafe impl Sync for Bucket {}

static CLOCKS: [Bucket; BUCKETS] = [const {
    Bucket {
        lock: Spin::new(),
        first: UnsafeCell::new(0),
    }
}; BUCKETS];

struct AddressClock {
    address: usize,
    next: Handle,
    clock: SyncVar,
}

fn bucket(address: usize) -> &'static Bucket {
    let mixed = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    &CLOCKS[(mixed >> (64 - BUCKETS.trailing_zeros())) as usize]
}

impl Bucket {
    /// Runs `f` on the link that leads to the address's clock (or would).
    fn with_link<R>(&self, address: usize, f: impl FnOnce(&mut Handle) -> R) -> R {
        let _held = self.lock.lock();
        // SAFETY: under the bucket's lock; every handle in the list names an `AddressClock`.
        unsafe {
            let mut link = self.first.get();
            while *link != 0 {
                let clock = arena::address(*link).cast::<AddressClock>();
                if (*clock).address == address {
                    break;
                }
                link = &raw mut (*clock).next;
            }
            f(&mut *link)
        }
    }
}

/// Runs `f` with the clock kept for `address`, made now if there was none.
pub(super) fn with_clock<R>(address: usize, f: impl FnOnce(&SyncVar) -> R) -> R {
    bucket(address).with_link(address, |link| {
        if *link == 0 {
            *link = arena::alloc(size_of::<AddressClock>());
            // SAFETY: a fresh block of that size.
            unsafe {
                let fresh = AddressClock {
                    address,
                    next: 0,
                    clock: SyncVar::new(),
                };
                arena::address(*link).cast::<AddressClock>().write(fresh);
            }
        }
        // SAFETY: the list's handles name address clocks; the bucket is locked.
        f(&unsafe { arena::get::<AddressClock>(*link) }.clock)
    })
}

/// Acquire the clock kept for `address` (see `fidge::hb`).
pub fn acquire(address: usize, at: &At) {
    if arena::ready() {
        with_clock(address, |clock| clock.acquire(at));
    }
}

/// Release into the clock kept for `address`; earlier releases stay.
pub fn release(address: usize, at: &At) {
    if arena::ready() {
        with_clock(address, |clock| clock.release_join(at));
    }
}

/// The object at `address` is gone: its clock is forgotten.
pub fn forget_clock(address: usize) {
    bucket(address).with_link(address, |link| {
        if *link != 0 {
            let gone = *link;
            // SAFETY: unlinked under the lock, then dropped and freed by its only owner.
            unsafe {
                let clock = arena::address(gone).cast::<AddressClock>();
                *link = (*clock).next;
                clock.drop_in_place();
                arena::free(gone, size_of::<AddressClock>());
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_into_masks_of_its_granules() {
        let cut = |address, size| granules(address, size).collect::<Vec<_>>();
        assert_eq!(cut(16, 8), [(16, 0xff)]);
        assert_eq!(cut(17, 2), [(16, 0b0000_0110)]);
        assert_eq!(cut(22, 4), [(16, 0b1100_0000), (24, 0b0000_0011)]);
        assert_eq!(cut(8, 0), []);
        assert_eq!(cut(23, 10), [(16, 0x80), (24, 0xff), (32, 1)]);
    }
}
