//! Subjects: whole data structures, of the kinds in which the known bugs live, for scenarios to
//! inject those bugs into.
//!
//! A subject is correct as written, which tests show: one strand's operations agree with an obvious
//! model (`model`, `alone`), and concurrent ones are linearizable, in small histories (see
//! `linear`) or, for the small subjects, in every interleaving (`tests/loom`, which compiles these
//! same files against loom's types, and where each bug is found). Its `Bug` names what can be taken
//! out of it. What shared memory it reads and writes are Fidge's cells and atomics, each access safe
//! in itself (see [`memory`] and [`hidden`](crate::hidden)), so that the faulty variants are as safe
//! to run as the correct one, and every method is `#[track_caller]`, so that an access is reported
//! where the scenario called.
//!
//! Operations that compare and exchange come in two halves, *look* and what acts on it, so that a
//! scenario can put another strand between them.

#[cfg(test)]
mod alone;
pub mod bucket_pool;
pub mod deque;
pub mod exporter;
pub mod frame;
pub mod freelist;
pub mod gomap;
pub mod hazard;
#[cfg(test)]
pub mod linear;
pub mod lru;
pub mod memory;
#[cfg(test)]
pub mod model;
pub mod pins;
pub mod published;
pub mod queue;
pub mod registry;
pub mod ring;
pub mod safe_map;
pub mod seqlock;
pub mod slab;
pub mod striped;
pub mod swiss;
pub mod sync_map;
pub mod tagged;
pub mod treiber;
