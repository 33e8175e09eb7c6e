//! The data structures that the catalogue's faults live in: our own, on Fidge's cells and atomics.
//!
//! Each is correct as written, and each has faults that can be switched on by name, its `Bug`: a
//! scenario's racy program runs it with one, the twin without. Operations that compare and exchange
//! come in two halves, *look* and what acts on it, so that a scenario can put another strand between
//! them; and all of them are `#[track_caller]`, so that a report names the scenario's lines.
//!
//! `tests/loom` compiles these same files against loom's types: every interleaving of small
//! programs gives what some sequential order of their operations gives, and each bug is found.

#[cfg(test)]
mod alone;
pub mod bucket_pool;
pub mod deque;
pub mod exporter;
pub mod frame;
pub mod freelist;
pub mod hazard;
pub mod lru;
pub mod pins;
pub mod published;
pub mod queue;
pub mod registry;
pub mod ring;
pub mod seqlock;
pub mod slab;
pub mod striped;
pub mod tagged;
pub mod treiber;
