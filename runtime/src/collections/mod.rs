//! Mirror of `std::collections`: maps and sets with the *external* contract.
//!
//! [`HashMap`] and [`HashSet`] have std's whole stable API and compute what std's compute: the real
//! table is std's own. What they add is a check of the promise that a caller of such a map makes:
//! operations of which one changes the set of keys are ordered with every other operation, and
//! accesses to one key, one of them a write, are ordered with each other. Where happens-before does
//! not order them it is a race, as it is for a `HashMap` behind `UnsafeCell` or for a map in Go.
//!
//! One thing can differ that std leaves open: std gives a table of tiny elements (a key with its
//! value in less than four bytes) more room to begin with, and beside its shadow no element is tiny.
//! The capacity of such a small table, and so its order under a fixed hasher, need not be std's.
//!
//! The access points follow Dimitrov, Raychev, Vechev & Koskinen, "Commutativity Race Detection"
//! (PLDI 2014); `contract` has all of them, the façade files only call them. The other collections
//! are std's.

mod contract;
pub mod hash_map;
pub mod hash_set;
mod history;
mod predicate;
mod tracked;

#[doc(inline)]
pub use self::hash_map::HashMap;
#[doc(inline)]
pub use self::hash_set::HashSet;
pub use std::collections::*;
