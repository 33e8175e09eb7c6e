//! A list that only grows, by insertion at its head, and is read without a lock.

use super::prim::{AtomicU32, Ordering};

/// The head of a list of entries, each named by a number that is not 0.
#[derive(Debug)]
pub struct Bucket(AtomicU32);

impl Bucket {
    /// No entry.
    #[cfg(not(fidge_loom))]
    pub const fn new() -> Self {
        Bucket(AtomicU32::new(0))
    }
    /// No entry.
    #[cfg(fidge_loom)]
    pub fn new() -> Self {
        Bucket(AtomicU32::new(0))
    }

    /// The entry that `find`, which is given the head, finds; else the one that `make` makes, which
    /// is given the entry that will follow it. `make` may be asked again when another insertion came
    /// first, and then answers with the same entry. The second result says whether that is in the
    /// list: it is not when nothing was made, or when another thread put an equal entry there first.
    pub fn intern(
        &self,
        find: impl Fn(u32) -> Option<u32>,
        mut make: impl FnMut(u32) -> u32,
    ) -> (u32, bool) {
        let mut head = self.0.load(Ordering::Acquire);
        loop {
            if let Some(found) = find(head) {
                return (found, false);
            }
            let fresh = make(head);
            match self
                .0
                .compare_exchange(head, fresh, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) => return (fresh, true),
                Err(newer) => head = newer,
            }
        }
    }
}
