//! Async tasks, which race even where they share a thread.

pub mod get_await_write;
