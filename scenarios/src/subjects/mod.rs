//! Subjects: whole data structures, of the kinds in which the known bugs live, for scenarios to
//! inject those bugs into.
//!
//! A subject is correct as written, which tests show: one strand's operations agree with
//! `std::collections`, and small concurrent histories are linearizable (see [`linear`]). Its `Bug`
//! names what can be taken out of it. What shared memory it reads and writes are Fidge's cells and
//! atomics, each access safe in itself (see [`memory`]), so that the faulty variants are as safe to
//! run as the correct one, and every method is `#[track_caller]`, so that an access is reported
//! where the scenario called.

pub mod gomap;
#[cfg(test)]
pub mod linear;
pub mod memory;
#[cfg(test)]
pub mod model;
pub mod safe_map;
pub mod swiss;
pub mod sync_map;
