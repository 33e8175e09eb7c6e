//! Fences.

use super::At;
use std::sync::atomic::Ordering;

/// `atomic::fence(order)`, after the real one.
#[inline]
pub fn fence(order: Ordering, at: &At) {
    let _ = (order, at);
}
