//! A work-stealing deque (Arora, Blumofe & Plaxton, "Thread scheduling for multiprogrammed
//! multiprocessors", SPAA 1998): its owner pushes and pops at the bottom, thieves take from the top.
//! When the owner empties it, both ends start again at 0, and a tag tells the thieves.

use super::tagged::{Tag, Tagged, View};
use fidge::sync::atomic::{AtomicU64, Ordering, fence};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The top has no tag.
    NoTag,
}

/// The deque.
pub struct Deque {
    top: Tagged,
    bottom: AtomicU64,
    tasks: Box<[AtomicU64]>,
}

/// What a thief saw.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    top: View,
    task: u64,
}

impl Deque {
    /// An empty deque with room for `capacity` tasks from one emptying to the next.
    pub fn new(capacity: usize, bug: Option<Bug>) -> Self {
        let tag = match bug {
            Some(Bug::NoTag) => Tag::None,
            None => Tag::Word,
        };
        Deque {
            top: Tagged::new(Some(0), tag),
            bottom: AtomicU64::new(0),
            tasks: (0..capacity).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    /// Pushes a task at the bottom. The owner's.
    #[track_caller]
    pub fn push(&self, task: u64) {
        let bottom = self.bottom.load(Ordering::Relaxed);
        self.tasks[bottom as usize].store(task, Ordering::Relaxed);
        self.bottom.store(bottom + 1, Ordering::Release);
    }

    /// Pops the task at the bottom. The owner's.
    #[track_caller]
    pub fn pop(&self) -> Option<u64> {
        let bottom = self.bottom.load(Ordering::Relaxed).checked_sub(1)?;
        self.bottom.store(bottom, Ordering::Relaxed);
        // Either a thief sees the new bottom or this sees the thief's top.
        fence(Ordering::SeqCst);
        let task = self.tasks[bottom as usize].load(Ordering::Relaxed);
        let top = self.top.load(Ordering::Acquire);
        if bottom > position(top) {
            return Some(task);
        }
        self.bottom.store(0, Ordering::Relaxed);
        if bottom == position(top) && self.top.swing(top, Some(0), Ordering::AcqRel) {
            return Some(task);
        }
        self.top.set(Some(0), Ordering::Release);
        None
    }

    /// The task at the top; `None` if there is none.
    #[track_caller]
    pub fn look(&self) -> Option<Look> {
        let top = self.top.load(Ordering::Acquire);
        fence(Ordering::SeqCst);
        if self.bottom.load(Ordering::Acquire) <= position(top) {
            return None;
        }
        let task = self.tasks[position(top) as usize].load(Ordering::Acquire);
        Some(Look { top, task })
    }

    /// Steals the task that was seen, if the top is what it was.
    #[track_caller]
    pub fn steal(&self, seen: Look) -> Option<u64> {
        let next = position(seen.top) as u32 + 1;
        self.top
            .swing(seen.top, Some(next), Ordering::AcqRel)
            .then_some(seen.task)
    }
}

/// The top is always a position.
fn position(top: View) -> u64 {
    u64::from(top.index().unwrap_or_default())
}
