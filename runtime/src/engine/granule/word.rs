//! The fields of a granule's first word.

use super::super::arena::Handle;
use super::super::epoch::Epoch;
use super::super::lock;
use super::cell::{Cell, Kind};

/// 7 bits, in two places: free, or held by a generation (see `lock`).
pub const LOCK: u64 = LOW_LOCK | 0x1f << HIGH_LOCK;
const LOW_LOCK: u64 = 3;
/// Behind the kind of the write.
const HIGH_LOCK: u32 = WRITE + 11;
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
pub const SIMPLE: u64 = (MAP | CLOCKS | 0xffff_ffff << WRITE) & !(RACED | LOCK);

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
const WRITE: u32 = 32; // mask 8 bits, kind 3 bits
const READ: u32 = 48;

#[inline]
pub fn held() -> u64 {
    let held = u64::from(lock::held());
    held & LOW_LOCK | held >> 2 << HIGH_LOCK
}
#[inline]
pub fn overflow(word: u64) -> Handle {
    (word >> OVERFLOW) as u32 & ((1 << 29) - 1)
}
/// That of a free granule; 0 for a locked one.
#[inline]
pub fn settled_overflow(word: u64) -> Handle {
    if word & LOCK == 0 { overflow(word) } else { 0 }
}
#[inline]
pub fn write_mask_kind(word: u64) -> (u8, Kind) {
    ((word >> WRITE) as u8, Kind((word >> (WRITE + 8)) as u8 & 7))
}
#[inline]
pub fn read_mask_kind(word: u64) -> (u8, Kind) {
    ((word >> READ) as u8, Kind((word >> (READ + 8)) as u8 & 7))
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
