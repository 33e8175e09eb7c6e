//! What each façade type orders, and what it does not, judged by the real engine: the ordered use is
//! silent, and the same program with an access moved outside of the edge is reported, with the places
//! of both sides.
#![cfg(feature = "detect")]

mod arc;
mod atomic;
mod barrier;
mod channel;
mod condvar;
mod contract;
mod hash_map;
mod hash_set;
mod hb;
mod mutex;
mod once;
mod once_cell;
mod pair;
mod rwlock;
mod task;
mod thread;
