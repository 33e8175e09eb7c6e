//! The event model: what a strand did, in an order that the engine agrees with.

use serde::{Deserialize, Serialize};

/// Serial number of a strand.
pub type StrandId = u32;
/// Identity of a synchronisation object (lock, atomic, channel slot, ...).
pub type ObjectId = u64;
/// A place in the program; for traces of other tools, their line number.
pub type SiteId = u32;

/// Memory orders, as C++20 and Rust have them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Relaxed.
    Relaxed,
    /// Acquire.
    Acquire,
    /// Release.
    Release,
    /// Acquire and release.
    AcqRel,
    /// Sequentially consistent.
    SeqCst,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A non-atomic read of `size` bytes at `address`.
    Read { address: u64, size: u32 },
    /// A non-atomic write.
    Write { address: u64, size: u32 },
    /// An atomic load: an atomic read of the bytes, and what its order does to the clocks.
    Load {
        address: u64,
        size: u32,
        order: Order,
    },
    /// An atomic store.
    Store {
        address: u64,
        size: u32,
        order: Order,
    },
    /// An atomic read-modify-write.
    Rmw {
        address: u64,
        size: u32,
        order: Order,
    },
    /// `fence(order)`.
    Fence { order: Order },
    /// `C_t |= L`.
    Acquire { object: ObjectId },
    /// `L := C_t`.
    Release { object: ObjectId },
    /// `L |= C_t`.
    ReleaseJoin { object: ObjectId },
    /// A lock was taken: exclusively, or shared with other readers.
    Lock { object: ObjectId, shared: bool },
    /// A lock is given back.
    Unlock { object: ObjectId, shared: bool },
    /// The strand forks `child`.
    Fork { child: StrandId },
    /// The strand has waited for all of `child`.
    Join { child: StrandId },
    /// A block that the program means to be atomic begins.
    Begin,
    /// It ends.
    End,
    /// The bytes were freed: their history ends.
    Reset { address: u64, size: u32 },
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// Who.
    pub strand: StrandId,
    /// What.
    #[serde(flatten)]
    pub action: Action,
    /// Where in the program.
    pub site: SiteId,
}
