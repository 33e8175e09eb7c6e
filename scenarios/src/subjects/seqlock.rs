//! A sequence lock over two words (Boehm, "Can seqlocks get along with programming language memory
//! models?", MSPC 2012): the writer makes the sequence odd, then even; a reader tries again if it moved.

use fidge::sync::atomic::{AtomicU64, Ordering, fence};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The reader relies on the order of its loads.
    NoFences,
}

/// The words and their sequence. One writer.
pub struct SeqLock {
    sequence: AtomicU64,
    words: [AtomicU64; 2],
    bug: Option<Bug>,
}

impl SeqLock {
    /// Holds `words`.
    pub fn new([a, b]: [u64; 2], bug: Option<Bug>) -> Self {
        SeqLock {
            sequence: AtomicU64::new(0),
            words: [AtomicU64::new(a), AtomicU64::new(b)],
            bug,
        }
    }

    /// Replaces the words. The writer's.
    #[track_caller]
    pub fn write(&self, words: [u64; 2]) {
        let sequence = self.sequence.load(Ordering::Relaxed);
        self.sequence.store(sequence + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        self.words[0].store(words[0], Ordering::Relaxed);
        self.words[1].store(words[1], Ordering::Relaxed);
        self.sequence.store(sequence + 2, Ordering::Release);
    }

    /// The words as one write left them; `None` if one is under way.
    #[track_caller]
    pub fn read(&self) -> Option<[u64; 2]> {
        let (first, fenced) = match self.bug {
            Some(Bug::NoFences) => (Ordering::Relaxed, false),
            None => (Ordering::Acquire, true),
        };
        let before = self.sequence.load(first);
        let words = [
            self.words[0].load(Ordering::Relaxed),
            self.words[1].load(Ordering::Relaxed),
        ];
        if fenced {
            fence(Ordering::Acquire);
        }
        let after = self.sequence.load(Ordering::Relaxed);
        (before == after && before.is_multiple_of(2)).then_some(words)
    }
}
