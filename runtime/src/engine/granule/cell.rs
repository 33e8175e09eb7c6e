//! One access: what it does, and what is remembered of it.

use super::super::epoch::Epoch;
use super::super::state::State;

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
    pub(super) fn races(&self, me: &State, access: Access) -> bool {
        self.mask & access.mask != 0 && self.kind.conflicts(access.kind) && !me.knows(self.epoch)
    }
}

/// All bytes: a façade object, accessed as a whole.
pub const WHOLE: u8 = 0xff;
