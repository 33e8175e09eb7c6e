//! Go's classic hash map (`runtime/map.go`, Go 1.0 to 1.23): buckets of eight slots, and growth a
//! few buckets at a time.
//!
//! [`Table`](table::Table) holds the memory and its elementary steps, under no lock.
//! [`GoMap`] is the map as Go has it: external contract, its callers lock.
//! [`Concurrent`] claims to be safe without; most bugs are its.

pub mod concurrent;
pub mod iter;
pub mod map;
pub mod table;

pub use self::concurrent::Concurrent;
pub use self::map::GoMap;

/// What is taken out of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Nothing.
    None,
    /// [`GoMap`]: a lookup helps to evacuate, as only writes may.
    ReadsEvacuate,
    /// [`Concurrent`]: an insert does without its bucket's lock.
    InsertUnlocked,
    /// A lookup does not hold off the end of a growth, which gives the old array back.
    GetUnpinned,
    /// A growth starts beside other operations, and beside another growth.
    GrowShared,
    /// Who sweeps a bucket does not take its lock.
    SweepUnlocked,
    /// A bucket to sweep is claimed with a load and a store in two steps.
    ClaimByStore,
    /// An iterator does not take the locks of the buckets that it walks.
    IterUnlocked,
    /// An iterator does not hold off the start of a growth.
    IterUnpinned,
}
