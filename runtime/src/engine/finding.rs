//! What the engine found, as plain data: addresses are not symbolised, nothing is rendered.

use super::value::Value;
use std::panic::Location;

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// One holder: `Mutex::lock`, `RwLock::write`.
    Exclusive,
    /// Many holders: `RwLock::read`.
    Shared,
}

/// What kind of fault a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Kind {
    /// Two conflicting accesses to memory, not both atomic, that happens-before does not order.
    DataRace,
    /// Two operations on a map with the external contract that happens-before does not order.
    MapRace,
    /// A strand wrote what it had made of a value that another strand had replaced since (lost
    /// update, check-then-act).
    StaleWrite,
    /// A compare-and-exchange or a conditional write succeeded on an equal value although what that
    /// value was to vouch for had changed.
    Aba,
    /// The operations of an atomic scope cannot be put in one place of any serial order.
    Atomicity,
    /// A strand that holds a guard asks for a lock that cannot be granted.
    GuardDeadlock,
    /// A guard or lock was held over an `.await`.
    GuardAcrossAwait,
    /// Two locks are taken in both orders.
    LockOrder,
    /// An iterator saw a map half before and half after what another strand did.
    Iteration,
    /// A strand acted on a map's size, which another strand had changed since.
    StaleSize,
    /// Two operations on a concurrent map that do not commute and that nothing but the map itself orders.
    Unordered,
}

/// How sure it is that this is a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Pedantic.
    Note,
    /// The execution allows it.
    Warning,
    /// It happened.
    Error,
}

/// A place in the program: operation, caller's location, and the stack (return addresses,
/// innermost first; empty where no stack was captured).
#[derive(Clone, Debug)]
pub struct Place {
    /// The operation, such as `HashMap::insert`.
    pub op: &'static str,
    /// Where it was called; absent for accesses that came in by return address alone.
    pub location: Option<&'static Location<'static>>,
    /// Return addresses, innermost first.
    pub frames: Vec<usize>,
}

/// A strand, as far as a report tells of it.
#[derive(Clone, Debug)]
pub struct StrandInfo {
    /// Serial number, never reused; the first strand of a process is 0.
    pub id: u32,
    /// Thread name, where it has one.
    pub name: Option<String>,
    /// The strand that forked it.
    pub parent: Option<u32>,
    /// Where it was forked; absent for threads that Fidge did not see start.
    pub created: Option<Place>,
}

/// A lock that was held, by the place where it was taken.
#[derive(Clone, Debug)]
pub struct Held {
    /// How it was held.
    pub mode: Mode,
    /// Where it was taken.
    pub acquired: Place,
}

/// One of the two accesses.
#[derive(Clone, Debug)]
pub struct Side {
    /// The operation, location and stack.
    pub place: Place,
    /// Whether it wrote.
    pub write: bool,
    /// Whether it was atomic.
    pub atomic: bool,
    /// First byte (or the object's address for façade objects).
    pub address: usize,
    /// Bytes accessed; 0 for a façade object accessed as a whole.
    pub size: usize,
    /// Who.
    pub strand: StrandInfo,
    /// Locks held at that time; `None` when that is no longer known.
    pub locks: Option<Vec<Held>>,
    /// What it did, where that is more than reading or writing: "the read", "the stale write".
    pub role: Option<&'static str>,
    /// The value that it read or wrote.
    pub value: Value,
}

/// The last time that something the first strand had done became known to the second, before the
/// race: what failed to order the two.
#[derive(Clone, Debug)]
pub struct LastSync {
    /// Where the releasing side gave its clock away, and who.
    pub released: Option<(Place, StrandInfo)>,
    /// Where the second strand took it in.
    pub acquired: Place,
}

/// A finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What.
    pub kind: Kind,
    /// How sure.
    pub severity: Severity,
    /// The earlier access.
    pub first: Side,
    /// The access that found it.
    pub second: Side,
    /// What else took part, in the order in which it is told.
    pub witnesses: Vec<Side>,
    /// What failed to order them; `None`: nothing of the first strand had reached the second, but by
    /// its creation.
    pub last_sync: Option<LastSync>,
    /// How often the same pair of sites was found.
    pub count: u64,
}
