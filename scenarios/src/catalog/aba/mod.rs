//! A value that is back, and what it no longer stands for.

pub mod write_count_wraps;
