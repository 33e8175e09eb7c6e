//! Stacks: capture, depot, symbolise.
