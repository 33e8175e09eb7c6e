//! Models of what the engine does without a lock, under loom: each runs in every interleaving, with
//! every value that the memory orders allow a load to see. The code is the engine's own, by path;
//! `doubles` stands for what it leans on and what loom cannot have (the arena, thread-locals). What
//! the arena holds is not loom's memory: its interleavings are explored, its staleness is not.
//!
//!     RUSTFLAGS="--cfg fidge_loom" cargo test --release -p fidge --test loom
#![cfg(fidge_loom)]
#![allow(
    dead_code,
    missing_docs,
    reason = "each model uses a part of the modules"
)]

#[path = "../../src/engine/at.rs"]
mod at;
#[path = "../../src/engine/bucket.rs"]
mod bucket;
mod doubles;
#[path = "../../src/engine/epoch.rs"]
mod epoch;
#[path = "../../src/engine/fate.rs"]
mod fate;
#[path = "../../src/engine/free.rs"]
mod free;
#[path = "../../src/engine/granule/mod.rs"]
mod granule;
#[path = "../../src/engine/lock.rs"]
mod lock;
mod models;
#[path = "../../src/engine/overflow.rs"]
mod overflow;
#[path = "../../src/engine/prim.rs"]
mod prim;
#[path = "../../src/engine/sync.rs"]
mod sync;

use at::{At, Op};
use doubles::{arena, clock, scope, session, sink, slots, stack, state, tape, tell};
