//! Whole reports of typical races, as a user reads them.
//!
//! What differs from run to run or from machine to machine is replaced: the numbers of strands, and
//! where the standard library lies. To accept what is printed now:
//! `FIDGE_BLESS=1 cargo test -p fidge-tests --features detect --test reports`, and read the
//! difference.
#![cfg(feature = "detect")]

mod atomic_and_plain;
mod golden;
mod map;
mod read_lock;
mod suppressions;
mod tasks;
mod through_a_library;
mod unsafe_cell;
