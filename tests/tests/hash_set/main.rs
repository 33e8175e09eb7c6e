//! `fidge::collections::HashSet` is std's, with detection and without: its interface, its types'
//! traits and variance, and what it computes.

mod api;
mod behaviour;
mod bounds;
mod model;
