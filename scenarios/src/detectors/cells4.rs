//! ThreadSanitizer's bounded granule of four cells, over the recorded trace of a run.

use super::{Detector, Observation};
use crate::scenario::Outcome;

pub struct Cells4;

impl Detector for Cells4 {
    fn name(&self) -> &'static str {
        "cells4"
    }

    fn about(&self) -> &'static str {
        "four remembered accesses a granule over a recorded trace, after ThreadSanitizer"
    }

    fn unavailable(&self) -> Option<&'static str> {
        Some(super::NO_TRACES)
    }

    fn watch(&self, _: &dyn Fn() -> Outcome) -> Result<Observation, String> {
        Err(super::NO_TRACES.to_owned())
    }
}
