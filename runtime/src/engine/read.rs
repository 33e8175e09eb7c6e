//! What a strand remembers of a location that it has read.

use super::arena::Handle;
use super::mark::Version;
use super::value::Value;

/// Bits of a value's form, below the version where the two share a word.
pub const FORM: u32 = 4;
/// Beside a handle, which is of 29 bits: there is a [`Belief`].
pub const BELIEVED: u32 = 1 << 31;

/// One location, as the strand read it last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// Which.
    pub id: u64,
    /// Its mark.
    pub mark: Handle,
    /// Where it was read at this version first.
    pub site: u32,
    /// When it was read last, on the strand's own count of reads.
    pub when: u32,
    /// Its version then.
    pub version: Version,
    /// What it held.
    pub value: Value,
    /// Since when the strand has found this value at every read.
    pub belief: Belief,
}

/// Since when a strand has found a value at every read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Belief {
    /// On the strand's own count of reads.
    pub since: u32,
    /// The location's version then.
    pub version: Version,
}
