//! A free list: which indices of an arena are free, last in first out, without a lock.
//!
//! It is Treiber's stack of the indices themselves: what lies at an index is its owner's business.

use super::tagged::{Tag, Tagged, View};
use fidge::sync::atomic::Ordering;

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The head has no tag.
    NoTag,
}

/// The free indices.
pub struct FreeList {
    head: Tagged,
    next: Box<[Tagged]>,
}

/// What an allocation saw.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    head: View,
    index: u32,
    next: Option<u32>,
}

impl FreeList {
    /// All of `0..capacity` is free, 0 to be taken first.
    pub fn new(capacity: u32, bug: Option<Bug>) -> Self {
        let tag = match bug {
            Some(Bug::NoTag) => Tag::None,
            None => Tag::Word,
        };
        let below = |index| Some(index + 1).filter(|next| *next < capacity);
        FreeList {
            head: Tagged::new(Some(0).filter(|first| *first < capacity), tag),
            next: (0..capacity)
                .map(|index| Tagged::new(below(index), Tag::None))
                .collect(),
        }
    }

    /// The index to be taken next, and the one below it; `None` if none is free.
    #[track_caller]
    pub fn look(&self) -> Option<Look> {
        let head = self.head.load(Ordering::Acquire);
        let index = head.index()?;
        let next = self.next[index as usize].load(Ordering::Acquire).index();
        Some(Look { head, index, next })
    }

    /// Takes the index that was seen, if the list is as it was.
    #[track_caller]
    pub fn take(&self, seen: Look) -> Option<u32> {
        self.head
            .swing(seen.head, seen.next, Ordering::AcqRel)
            .then_some(seen.index)
    }

    /// Takes an index; `None` if none is free.
    #[track_caller]
    pub fn alloc(&self) -> Option<u32> {
        loop {
            let seen = self.look()?;
            if let Some(index) = self.take(seen) {
                return Some(index);
            }
        }
    }

    /// Gives an index back.
    #[track_caller]
    pub fn free(&self, index: u32) {
        loop {
            let head = self.head.load(Ordering::Acquire);
            self.next[index as usize].set(head.index(), Ordering::Release);
            if self.head.swing(head, Some(index), Ordering::AcqRel) {
                return;
            }
        }
    }
}
