//! Async tasks as strands.
