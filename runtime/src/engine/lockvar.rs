//! A lock as the engine sees it.

use super::At;

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One holder: `Mutex::lock`, `RwLock::write`.
    Exclusive,
    /// Many holders: `RwLock::read`.
    Shared,
}

/// The clocks of a mutex or reader-writer lock, and the record of who holds it (for reports).
///
/// A shared release orders later exclusive acquires only; an exclusive release orders everything.
#[derive(Debug, Default)]
pub struct LockVar {}

impl LockVar {
    /// A lock nobody has held.
    pub const fn new() -> Self {
        LockVar {}
    }
    /// Call right after the real lock was taken.
    #[inline]
    pub fn acquired(&self, mode: Mode, at: &At) {
        let _ = (mode, at);
    }
    /// Call right before the real lock is given back.
    #[inline]
    pub fn released(&self, mode: Mode, at: &At) {
        let _ = (mode, at);
    }
}
