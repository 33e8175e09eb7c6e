//! Open addressing with a byte of control for each slot: empty, deleted, or seven bits of the hash of
//! what is in it (Abseil's Swiss tables; Kulukundis, CppCon 2017).
//!
//! [`Table`](table::Table) is the table as Abseil has it: external contract, its callers lock.
//! [`Guarded`] is one behind a lock of its own.
//! [`Concurrent`] is of fixed size, and looked up without a lock.

pub mod concurrent;
pub mod guarded;
pub mod table;

pub use self::concurrent::{Concurrent, Probe};
pub use self::guarded::Guarded;

/// Nothing is here, and never was since the table was last rehashed.
const EMPTY: u8 = 0xff;
/// What was here is gone; a lookup goes on.
const DELETED: u8 = 0x80;

/// The bits of `hash` that stand in the control byte of a full slot.
fn tag(hash: u64) -> u8 {
    (hash >> 57) as u8
}

/// What is taken out of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Nothing.
    None,
    /// [`Guarded`]: a rehash in place shares the lock with lookups.
    RehashShared,
    /// [`Guarded`]: a lookup gives the lock back when it has found the slot.
    SeatOutlivesLock,
    /// [`Concurrent`]: a control byte without a version.
    TagOnly,
    /// [`Concurrent`]: neither a version nor a lock for the key that is put in.
    LockFree,
}
