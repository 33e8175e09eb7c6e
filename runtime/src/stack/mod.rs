//! Stacks: capture, depot, symbolise.

pub(crate) mod fold;
pub(crate) mod symbolise;
