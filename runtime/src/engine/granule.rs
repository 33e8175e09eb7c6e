//! The shadow of one granule.

use super::At;

/// Shadow of 8 application bytes, or of one façade object as a whole (inline shadow).
#[derive(Debug, Default)]
pub struct Granule {}

impl Granule {
    /// A granule that nobody has touched.
    pub const fn new() -> Self {
        Granule {}
    }
    /// The current strand reads the whole object, not atomically.
    #[inline]
    pub fn read(&self, at: &At) {
        let _ = at;
    }
    /// The current strand writes the whole object, not atomically.
    #[inline]
    pub fn write(&self, at: &At) {
        let _ = at;
    }
}
