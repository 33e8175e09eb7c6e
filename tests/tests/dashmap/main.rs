//! `fidge::dashmap::DashMap` does what dashmap's does, with detection on and off.

mod api;
mod drops;
mod entries;
mod iteration;
mod model;
mod operations;
mod references;
mod threads;
mod views;
