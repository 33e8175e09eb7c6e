//! loom: all interleavings within bounds, and the memory model over its own types.

use super::explored::{Explored, Limit};
use crate::detectors::LOOM;
use crate::detectors::peer::{NoVerdict, Peer, Prepared};

/// loom.
pub struct Loom;

/// What it cannot do, by what it says then.
static LIMITS: [Limit; 4] = [
    Limit {
        says: "which loom has not",
        means: "",
        makes: NoVerdict::Unavailable,
    },
    Limit {
        says: "self.threads.len() < self.max()",
        means: "starts more threads than loom's five",
        makes: NoVerdict::Unavailable,
    },
    Limit {
        says: "Model exceeded maximum number of branches",
        means: "takes more steps than loom is given",
        makes: NoVerdict::Unavailable,
    },
    Limit {
        says: "loom internal bug",
        means: "meets a bug of loom's",
        makes: NoVerdict::Failed,
    },
];

impl Peer for Loom {
    fn name(&self) -> &'static str {
        LOOM
    }

    fn about(&self) -> &'static str {
        "loom: a run is an exploration of two preemptions and two seconds, on its own types"
    }

    fn prepare(&self) -> Result<Box<dyn Prepared>, String> {
        Explored::build(self.name(), &LIMITS, true)
    }
}
