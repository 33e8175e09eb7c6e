//! The fence.

use crate::engine::{self, At, Op};
use std::sync::atomic::Ordering;

/// [`std::sync::atomic::fence`], seen by the engine.
///
/// # Panics
///
/// If `order` is `Relaxed`.
#[inline]
#[track_caller]
pub fn fence(order: Ordering) {
    let at = At::here(&Op("atomic::fence"));
    std::sync::atomic::fence(order);
    engine::fence::fence(order, &at);
}
