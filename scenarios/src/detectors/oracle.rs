//! The reference: full vector clocks over the recorded trace of a run.

use super::{Detector, Observation};
use crate::scenario::Outcome;

pub struct Oracle;

impl Detector for Oracle {
    fn name(&self) -> &'static str {
        "oracle"
    }

    fn about(&self) -> &'static str {
        "full vector clocks over a recorded trace: sequential, obviously right"
    }

    fn unavailable(&self) -> Option<&'static str> {
        Some(super::NO_TRACES)
    }

    fn watch(&self, _: &dyn Fn() -> Outcome) -> Result<Observation, String> {
        Err(super::NO_TRACES.to_owned())
    }
}
