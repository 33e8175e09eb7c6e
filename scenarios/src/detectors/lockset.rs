//! The lock-set discipline of Eraser (Savage et al., TOCS 1997) over the recorded trace of a run.

use super::{Detector, Observation};
use crate::scenario::Outcome;

pub struct Lockset;

impl Detector for Lockset {
    fn name(&self) -> &'static str {
        "lockset"
    }

    fn about(&self) -> &'static str {
        "lock sets over a recorded trace, after Eraser (TOCS 1997)"
    }

    fn unavailable(&self) -> Option<&'static str> {
        Some(super::NO_TRACES)
    }

    fn watch(&self, _: &dyn Fn() -> Outcome) -> Result<Observation, String> {
        Err(super::NO_TRACES.to_owned())
    }
}
