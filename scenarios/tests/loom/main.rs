//! The catalogue's subjects under loom: every interleaving of small programs.
//!
//! The files are the ones that the scenarios run. `fidge` here is this crate, with loom's types under
//! the names that the subjects use; so a cell that two threads reach unordered ends the model.
#![allow(
    dead_code,
    reason = "a subject has more operations than its models call"
)]

extern crate self as fidge;

/// `fidge::sync`, of loom.
pub mod sync {
    pub use loom::sync::{Mutex, MutexGuard, RwLock};
    /// `fidge::sync::atomic`, of loom.
    pub mod atomic {
        pub use loom::sync::atomic::{AtomicU64, Ordering, fence};
    }
}

mod hidden;
mod models;
mod order;

macro_rules! subjects {
    ($($file:literal $name:ident)*) => { $(#[path = $file] mod $name;)* };
}
subjects! {
    "../../src/subjects/bucket_pool.rs" bucket_pool
    "../../src/subjects/deque.rs" deque
    "../../src/subjects/exporter.rs" exporter
    "../../src/subjects/frame.rs" frame
    "../../src/subjects/freelist.rs" freelist
    "../../src/subjects/hazard.rs" hazard
    "../../src/subjects/lru.rs" lru
    "../../src/subjects/pins.rs" pins
    "../../src/subjects/published.rs" published
    "../../src/subjects/queue.rs" queue
    "../../src/subjects/registry.rs" registry
    "../../src/subjects/ring.rs" ring
    "../../src/subjects/seqlock.rs" seqlock
    "../../src/subjects/slab.rs" slab
    "../../src/subjects/striped.rs" striped
    "../../src/subjects/tagged.rs" tagged
    "../../src/subjects/treiber.rs" treiber
}
