//! Offline detectors over a trace: the reference, and the baselines it is compared with.
//!
//! | name | what it is |
//! |---|---|
//! | `oracle` | full vector clocks, nothing forgotten: the reference ([`oracle`]) |
//! | `lockset` | Eraser's lock sets ([`lockset`]) |
//! | `cells4` | ThreadSanitizer's four cells a granule and bounded history ([`cells4`]) |
//! | `sampled` | Pacer-like sampling of the oracle ([`sampled`]) |
//!
//! [`random`] makes programs to try them on. All are sequential and deterministic given their options.

mod access;
pub mod cells4;
mod clock;
#[cfg(test)]
pub(crate) mod closure;
#[cfg(test)]
mod golden;
pub mod lockset;
pub mod oracle;
pub mod order;
pub mod random;
pub mod sampled;

use crate::trace::{Event, Trace};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Two accesses that a detector holds to be a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RacePair {
    /// Index in the trace of the earlier access.
    pub first: usize,
    /// Index of the later one, at which the race was found.
    pub second: usize,
    /// A byte that both touch.
    pub address: u64,
}

/// An offline detector.
pub trait Detector {
    /// What it is asked for by.
    fn name(&self) -> &'static str;

    /// Takes the next event, which is number `index` of the trace (from 0), and adds to `races` those
    /// that it is the later side of.
    fn step(&mut self, index: usize, event: &Event, races: &mut Vec<RacePair>);
}

/// What is taken to order two accesses. The module [`oracle`] tells them apart exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Happens-before: every race of the execution, also those that only follow from another.
    Hb,
    /// Schedulable happens-before, with the granularity of epochs.
    #[default]
    Shb,
    /// Schedulable happens-before as in the paper, every write told apart.
    ShbExact,
}

/// Settings of the detectors; each reads those that concern it.
///
/// ```
/// use fidge::analysis::{Options, Order};
///
/// let options = Options { order: Order::Hb, ..Options::default() };
/// assert_eq!(options.rate, 0.1);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// `oracle`, `sampled`: the order. Default [`Order::Shb`].
    pub order: Order,
    /// `cells4`, `sampled`: where chance starts. Default 0.
    pub seed: u64,
    /// `sampled`: the share of accesses remembered, 0 to 1. Default 0.1.
    pub rate: f64,
    /// `cells4`: how many accesses of each strand are remembered. Default 100,000, at which
    /// ThreadSanitizer was measured to lose a race.
    pub history: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            order: Order::default(),
            seed: 0,
            rate: 0.1,
            history: 100_000,
        }
    }
}

/// The names that [`detector`] and [`run`] know.
pub const NAMES: [&str; 4] = ["oracle", "lockset", "cells4", "sampled"];

/// A name that is none of [`NAMES`]. Prints as one line that lists them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownDetector(pub String);

impl fmt::Display for UnknownDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected a detector, one of {}, found `{}`",
            NAMES.join(", "),
            self.0
        )
    }
}

impl std::error::Error for UnknownDetector {}

/// The detector of that name, fresh.
///
/// # Errors
/// When there is none of that name.
pub fn detector(name: &str, options: &Options) -> Result<Box<dyn Detector>, UnknownDetector> {
    Ok(match name {
        "oracle" => Box::new(oracle::Oracle::new(options.order)),
        "lockset" => Box::new(lockset::Lockset::default()),
        "cells4" => Box::new(cells4::Cells4::new(options.seed, options.history)),
        "sampled" => Box::new(sampled::Sampled::new(
            options.order,
            options.rate,
            options.seed,
        )),
        _ => return Err(UnknownDetector(name.into())),
    })
}

/// Runs a detector over a whole trace. The races come in order of their later event.
///
/// ```
/// use fidge::analysis::{Options, RacePair, run};
/// use fidge::trace::{Action, Event, Trace};
///
/// let write = |strand| Event { strand, action: Action::Write { address: 64, size: 8 }, site: 0 };
/// let trace = Trace { events: vec![write(1), write(2)], ..Trace::default() };
/// let races = run("oracle", &trace, &Options::default()).unwrap();
/// assert_eq!(races, [RacePair { first: 0, second: 1, address: 64 }]);
///
/// let error = run("orakel", &trace, &Options::default()).unwrap_err();
/// assert!(error.to_string().contains("one of oracle, lockset, cells4, sampled"));
/// ```
///
/// # Errors
/// When there is no detector of that name.
pub fn run(name: &str, trace: &Trace, options: &Options) -> Result<Vec<RacePair>, UnknownDetector> {
    let mut detector = detector(name, options)?;
    let mut races = Vec::new();
    for (index, event) in trace.events.iter().enumerate() {
        detector.step(index, event, &mut races);
    }
    Ok(races)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_its_detector() {
        for name in NAMES {
            assert_eq!(detector(name, &Options::default()).unwrap().name(), name);
        }
    }
}
