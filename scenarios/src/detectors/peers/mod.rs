//! Other people's detectors, found when they are asked for. `docs/peers.md` says of each how it is had,
//! what counts as detected, and what it reports falsely.

mod explored;
pub mod go;
pub mod loom;
pub mod miri;
mod place;
pub mod shuttle;
mod symbols;
mod toolchain;
pub mod tsan;
pub mod valgrind;
