//! Happens-before on a random share of the accesses, over the recorded trace of a run.

use super::{Detector, Observation};
use crate::scenario::Outcome;

pub struct Sampled;

impl Detector for Sampled {
    fn name(&self) -> &'static str {
        "sampled"
    }

    fn about(&self) -> &'static str {
        "a random share of the accesses over a recorded trace"
    }

    fn unavailable(&self) -> Option<&'static str> {
        Some(super::NO_TRACES)
    }

    fn watch(&self, _: &dyn Fn() -> Outcome) -> Result<Observation, String> {
        Err(super::NO_TRACES.to_owned())
    }
}
