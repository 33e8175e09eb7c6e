//! The model of a report, in both feature states: what a user's program reads, and what the text
//! and JSON forms are rendered from. Plain data; everything is symbolised already.

use std::fmt;

/// What a session found. Without the feature `detect` it is always empty.
///
/// `Display` is the text form, without colours.
///
/// ```
/// let report = fidge::check(|| 1 + 1);
/// assert!(report.is_clean(), "{report}");
/// ```
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
pub struct Report {
    pub(super) races: Vec<Race>,
    pub(super) held_back: u64,
    pub(super) suppressed: u64,
    #[cfg_attr(feature = "detect", serde(skip_serializing_if = "is_zero"))]
    pub(super) allowed: u64,
    #[cfg_attr(feature = "detect", serde(skip_serializing_if = "Vec::is_empty"))]
    pub(super) unmet: Vec<String>,
}

#[cfg(feature = "detect")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

impl Report {
    /// The races, in the order they were found.
    #[inline]
    pub fn races(&self) -> &[Race] {
        &self.races
    }

    /// Whether there is no race to act on. Suppressed ones do not count.
    #[inline]
    pub fn is_clean(&self) -> bool {
        self.races.is_empty() && self.held_back == 0
    }

    /// How many races were found beyond the session's ceiling, `max_reports` of `FIDGE_OPTIONS`,
    /// and left out.
    #[inline]
    pub fn held_back(&self) -> u64 {
        self.held_back
    }

    /// How often what was found is what the program allows, by
    /// [`allow_race!`](crate::allow_race) or [`expect_race!`](crate::expect_race).
    #[inline]
    pub fn allowed(&self) -> u64 {
        self.allowed
    }

    /// The [expected](crate::expect_race) races that did not show, each with its place and reason. They
    /// make no report unclean: a race is not there on every schedule.
    #[inline]
    pub fn unmet(&self) -> &[String] {
        &self.unmet
    }

    /// How many races the suppressions file silenced.
    #[inline]
    pub fn suppressed(&self) -> u64 {
        self.suppressed
    }
}

/// Two accesses that nothing orders.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
pub struct Race {
    pub(super) kind: Kind,
    pub(super) severity: Severity,
    pub(super) count: u64,
    pub(super) accesses: [Access; 2],
    #[cfg_attr(feature = "detect", serde(skip_serializing_if = "Vec::is_empty"))]
    pub(super) witnesses: Vec<Access>,
    pub(super) last_sync: Option<LastSync>,
}

impl Race {
    /// What kind of fault it is.
    #[inline]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How sure it is that this is a fault.
    #[inline]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The two sides; the first was executed first.
    #[inline]
    pub fn accesses(&self) -> &[Access; 2] {
        &self.accesses
    }

    /// What else took part, where it takes more than two: of a stale write, the write in between.
    #[inline]
    pub fn witnesses(&self) -> &[Access] {
        &self.witnesses
    }

    /// How often the same two places raced.
    #[inline]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The last synchronisation through which the second strand learned of what the first had
    /// done: what failed to order the two. `None`: nothing of the first had reached the second, but by
    /// its creation.
    #[inline]
    pub fn last_sync(&self) -> Option<&LastSync> {
        self.last_sync.as_ref()
    }
}

/// What kind of fault a race is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
#[cfg_attr(feature = "detect", serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Kind {
    /// Two conflicting accesses to memory, not both atomic, that happens-before does not order.
    DataRace,
    /// Two operations on a map whose callers must synchronise, one of them a write, that
    /// happens-before does not order.
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

impl Kind {
    /// Its name in reports and suppressions: `data-race`, `stale-write`, ...
    #[inline]
    pub fn name(self) -> &'static str {
        match self {
            Kind::DataRace => "data-race",
            Kind::MapRace => "map-race",
            Kind::StaleWrite => "stale-write",
            Kind::Aba => "aba",
            Kind::Atomicity => "atomicity",
            Kind::GuardDeadlock => "guard-deadlock",
            Kind::GuardAcrossAwait => "guard-across-await",
            Kind::LockOrder => "lock-order",
            Kind::Iteration => "iteration",
            Kind::StaleSize => "stale-size",
            Kind::Unordered => "unordered",
        }
    }
}

/// How sure it is that a race is a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
#[cfg_attr(feature = "detect", serde(rename_all = "kebab-case"))]
pub enum Severity {
    /// Pedantic.
    Note,
    /// The execution allows it.
    Warning,
    /// It happened.
    Error,
}

/// One side of a race.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
pub struct Access {
    #[cfg_attr(feature = "detect", serde(flatten))]
    pub(super) place: Place,
    pub(super) source: Option<String>,
    pub(super) write: bool,
    pub(super) atomic: bool,
    pub(super) size: usize,
    #[cfg_attr(feature = "detect", serde(serialize_with = "super::json::address"))]
    #[cfg_attr(feature = "detect", serde(skip_serializing_if = "Option::is_none"))]
    pub(super) address: Option<usize>,
    pub(super) strand: Strand,
    pub(super) locks: Option<Vec<Lock>>,
    #[cfg_attr(feature = "detect", serde(skip_serializing_if = "Option::is_none"))]
    pub(super) role: Option<&'static str>,
    #[cfg_attr(feature = "detect", serde(skip_serializing_if = "Option::is_none"))]
    pub(super) value: Option<String>,
}

impl Access {
    /// What it did, where that is more than to read or to write: `the check`, `the stale write`.
    #[inline]
    pub fn role(&self) -> Option<&str> {
        self.role
    }

    /// The value that it read or wrote, where Fidge can show it: of a map's key or an atomic, for
    /// integers, `bool`, `char`, floats, short text, addresses and absence.
    #[inline]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }

    /// The operation's name, such as `HashMap::insert`.
    #[inline]
    pub fn op(&self) -> &str {
        self.place.op()
    }

    /// Where the program called it, be it by way of a library; `None` if neither the caller nor debug
    /// information tells.
    #[inline]
    pub fn location(&self) -> Option<&Location> {
        self.place.location()
    }

    /// The stack, as [`Place::stack`].
    #[inline]
    pub fn stack(&self) -> &[Frame] {
        self.place.stack()
    }

    /// The line of source code at the location, if it could be read when the report was made.
    #[inline]
    pub fn source(&self) -> Option<&str> {
        self.source.as_deref()
    }

    /// Whether it wrote.
    #[inline]
    pub fn is_write(&self) -> bool {
        self.write
    }

    /// Whether it was atomic.
    #[inline]
    pub fn is_atomic(&self) -> bool {
        self.atomic
    }

    /// Bytes accessed; 0 where an object was accessed as a whole, as a map is.
    #[inline]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The first byte's address, if `verbose` is set in `FIDGE_OPTIONS`. Addresses differ from run
    /// to run, so reports have none otherwise.
    #[inline]
    pub fn address(&self) -> Option<usize> {
        self.address
    }

    /// Who.
    #[inline]
    pub fn strand(&self) -> &Strand {
        &self.strand
    }

    /// The locks held; `None` where that is no longer known.
    #[inline]
    pub fn locks(&self) -> Option<&[Lock]> {
        self.locks.as_deref()
    }
}

/// A place in the program: an operation, where it was called, and the stack there.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
pub struct Place {
    pub(super) op: &'static str,
    pub(super) location: Option<Location>,
    pub(super) stack: Vec<Frame>,
}

impl Place {
    /// The operation's name, such as `Mutex::lock`.
    #[inline]
    pub fn op(&self) -> &str {
        self.op
    }

    /// Where the program called it, if known. A call that a library makes on the program's behalf, in
    /// drop glue or a formatter, is placed at the innermost frame of the program's.
    #[inline]
    pub fn location(&self) -> Option<&Location> {
        self.location.as_ref()
    }

    /// The stack, innermost frame first, without Fidge's own and the runtime's frames unless
    /// `verbose` is set in `FIDGE_OPTIONS`; empty where none was captured.
    #[inline]
    pub fn stack(&self) -> &[Frame] {
        &self.stack
    }
}

/// A file, line and column; `Display` is `file:line:column`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
pub struct Location {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Location {
    /// The file, as the compiler names it, less `strip_prefix` of `FIDGE_OPTIONS`.
    #[inline]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The line, from 1.
    #[inline]
    pub fn line(&self) -> u32 {
        self.line
    }

    /// The column in characters, from 1.
    #[inline]
    pub fn column(&self) -> u32 {
        self.column
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A frame of a stack, as far as the program's debug information tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
pub struct Frame {
    pub(crate) function: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<u32>,
    pub(crate) column: Option<u32>,
    pub(crate) inlined: bool,
    #[cfg_attr(feature = "detect", serde(serialize_with = "super::json::address"))]
    #[cfg_attr(feature = "detect", serde(skip_serializing_if = "Option::is_none"))]
    pub(crate) address: Option<usize>,
}

impl Frame {
    /// The function's full path, such as `app::cache::Cache::get`.
    #[inline]
    pub fn function(&self) -> Option<&str> {
        self.function.as_deref()
    }

    /// The source file; relative to the workspace where it is in it.
    #[inline]
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// The line, from 1.
    #[inline]
    pub fn line(&self) -> Option<u32> {
        self.line
    }

    /// The column, from 1.
    #[inline]
    pub fn column(&self) -> Option<u32> {
        self.column
    }

    /// Whether the function was inlined into that of the next frame.
    #[inline]
    pub fn is_inlined(&self) -> bool {
        self.inlined
    }

    /// The return address, if `verbose` is set in `FIDGE_OPTIONS`.
    #[inline]
    pub fn address(&self) -> Option<usize> {
        self.address
    }
}

/// A line of execution: an OS thread or an async task. `Display` is `thread 'name'`, or
/// `strand 3` for one without a name.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
pub struct Strand {
    pub(super) id: u32,
    pub(super) name: Option<String>,
    pub(super) parent: Option<u32>,
    pub(super) created: Option<Place>,
}

impl Strand {
    /// Serial number in the process, from 0; never reused.
    #[inline]
    pub fn id(&self) -> u32 {
        self.id
    }

    /// The thread's name, where it has one.
    #[inline]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The serial number of the strand that created it, if that was seen.
    #[inline]
    pub fn parent(&self) -> Option<u32> {
        self.parent
    }

    /// Where it was created, if that was seen.
    #[inline]
    pub fn created(&self) -> Option<&Place> {
        self.created.as_ref()
    }
}

impl fmt::Display for Strand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "thread '{}'", name.escape_debug()),
            None => write!(f, "strand {}", self.id),
        }
    }
}

/// A lock that was held during an access.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
pub struct Lock {
    pub(super) shared: bool,
    pub(super) acquired: Place,
}

impl Lock {
    /// Whether it was held together with other readers, as by `RwLock::read`.
    #[inline]
    pub fn is_shared(&self) -> bool {
        self.shared
    }

    /// Where it was taken.
    #[inline]
    pub fn acquired(&self) -> &Place {
        &self.acquired
    }
}

/// The last synchronisation from the first strand of a race to the second. It came before the
/// first access, or it would have ordered the two.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
pub struct LastSync {
    pub(super) released: Option<Release>,
    pub(super) acquired: Place,
}

impl LastSync {
    /// Where what the first strand had done was given away, if that is still known.
    #[inline]
    pub fn released(&self) -> Option<&Release> {
        self.released.as_ref()
    }

    /// Where the second strand took it in.
    #[inline]
    pub fn acquired(&self) -> &Place {
        &self.acquired
    }
}

/// The giving side of a synchronisation.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "detect", derive(serde::Serialize))]
pub struct Release {
    #[cfg_attr(feature = "detect", serde(flatten))]
    pub(super) place: Place,
    pub(super) strand: Strand,
}

impl Release {
    /// Where.
    #[inline]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// By whom: the first strand, or one that had learned from it.
    #[inline]
    pub fn strand(&self) -> &Strand {
        &self.strand
    }
}
