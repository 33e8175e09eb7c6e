//! shuttle: random schedules. It checks no accesses; what it finds is a wrong outcome, a deadlock, a panic.

use super::explored::{Explored, Limit};
use crate::detectors::peer::{NoVerdict, Peer, Prepared};

/// shuttle.
pub struct Shuttle;

/// What it cannot do, by what it says then.
static LIMITS: [Limit; 1] = [Limit {
    says: "exceeded max_steps bound",
    means: "takes more steps than shuttle's million",
    makes: NoVerdict::Unavailable,
}];

impl Peer for Shuttle {
    fn name(&self) -> &'static str {
        "shuttle"
    }

    fn about(&self) -> &'static str {
        "shuttle: a run is a hundred random schedules, on its own types"
    }

    fn prepare(&self) -> Result<Box<dyn Prepared>, String> {
        Explored::build(self.name(), &LIMITS, false)
    }
}
