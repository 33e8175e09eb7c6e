//! The end of a strand, which two parties see: the thread that ran it, and whoever may join it.

use super::prim::{AtomicU32, Ordering};

/// Which of the two are done with a strand. The one that comes second may reuse what was its.
#[derive(Debug)]
pub struct Fate(AtomicU32);

const EXITED: u32 = 1;
const LET_GO: u32 = 2;

impl Fate {
    /// Neither is done.
    pub fn new() -> Self {
        Fate(AtomicU32::new(0))
    }

    /// The strand no longer runs. Says whether nobody can join it any more; then all that who let it
    /// go did before happens before the return.
    pub fn exit(&self) -> bool {
        self.0.fetch_or(EXITED, Ordering::AcqRel) & LET_GO != 0
    }

    /// It was joined, or its handle was dropped. Says whether it no longer runs; then all that its
    /// thread did before happens before the return.
    pub fn let_go(&self) -> bool {
        self.0.fetch_or(LET_GO, Ordering::AcqRel) & EXITED != 0
    }

    /// Whether it no longer runs.
    pub fn has_exited(&self) -> bool {
        self.0.load(Ordering::Acquire) & EXITED != 0
    }
}
