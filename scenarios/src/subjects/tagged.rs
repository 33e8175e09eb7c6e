//! An index and a tag in one atomic word: the usual cure for ABA.
//!
//! The tag counts the changes, so that an index that came back is not the word that was seen (IBM
//! System/370 Principles of Operation, appendix A, "free-pool manipulation"). How many bits it has
//! decides how long that holds.

use fidge::sync::atomic::{AtomicU64, Ordering};

/// How many changes are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// None: the word is the index.
    None,
    /// 256, then it wraps.
    Byte,
    /// 2^32.
    Word,
}

impl Tag {
    fn mask(self) -> u32 {
        match self {
            Tag::None => 0,
            Tag::Byte => 0xff,
            Tag::Word => u32::MAX,
        }
    }
}

/// What the word was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View(u64);

impl View {
    /// The index in it.
    pub fn index(self) -> Option<u32> {
        (self.0 as u32).checked_sub(1)
    }

    fn then(self, index: Option<u32>, tag: Tag) -> u64 {
        let count = ((self.0 >> 32) as u32).wrapping_add(1) & tag.mask();
        u64::from(count) << 32 | word(index)
    }
}

fn word(index: Option<u32>) -> u64 {
    index.map_or(0, |index| u64::from(index) + 1)
}

/// The word.
pub struct Tagged {
    word: AtomicU64,
    tag: Tag,
}

impl Tagged {
    /// A word that holds `index`, unchanged so far.
    pub fn new(index: Option<u32>, tag: Tag) -> Self {
        Tagged {
            word: AtomicU64::new(word(index)),
            tag,
        }
    }

    /// What it is.
    #[track_caller]
    pub fn load(&self, order: Ordering) -> View {
        View(self.word.load(order))
    }

    /// Makes it `index` if it is still what was `seen`; whether it was. A success orders by `order`.
    #[track_caller]
    pub fn swing(&self, seen: View, index: Option<u32>, order: Ordering) -> bool {
        let new = seen.then(index, self.tag);
        self.word
            .compare_exchange(seen.0, new, order, Ordering::Acquire)
            .is_ok()
    }

    /// Makes it `index`. Only for who owns the word.
    #[track_caller]
    pub fn set(&self, index: Option<u32>, order: Ordering) {
        let seen = View(self.word.load(Ordering::Relaxed));
        self.word.store(seen.then(index, self.tag), order);
    }
}
