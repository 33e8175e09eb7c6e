//! Other people's detectors, found when they are asked for. `docs/peers.md` says of each how it is had,
//! what counts as detected, and what it reports falsely.

mod place;
mod symbols;
mod toolchain;
pub mod tsan;
pub mod valgrind;
