//! A frame of a buffer pool: a page, and beside its number in one word a dirty bit, which says that
//! the page is newer than the disk. A flusher writes the page out and then clears the bit.

use fidge::sync::atomic::{AtomicU64, Ordering};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The word does not count the writes.
    NoVersion,
}

/// The frame and the disk beneath it. One writer, any number of flushers that take turns.
pub struct Frame {
    /// The lowest bit: dirty. Then 31 of the page's number, then the version.
    word: AtomicU64,
    page: AtomicU64,
    disk: AtomicU64,
    bug: Option<Bug>,
}

/// What a flusher saw.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    word: u64,
    page: u64,
}

const DIRTY: u64 = 1;
const VERSION: u64 = 1 << 32;

impl Frame {
    /// Page `number`, clean, with `content`.
    pub fn new(number: u32, content: u64, bug: Option<Bug>) -> Self {
        Frame {
            word: AtomicU64::new(u64::from(number) << 1),
            page: AtomicU64::new(content),
            disk: AtomicU64::new(content),
            bug,
        }
    }

    /// Writes the page. The writer's.
    #[track_caller]
    pub fn write(&self, content: u64) {
        self.page.store(content, Ordering::Release);
        let version = match self.bug {
            Some(Bug::NoVersion) => 0,
            None => VERSION,
        };
        let mut seen = self.word.load(Ordering::Relaxed);
        while let Err(now) = self.word.compare_exchange(
            seen,
            (seen | DIRTY) + version,
            Ordering::AcqRel,
            Ordering::Relaxed,
        ) {
            seen = now;
        }
    }

    /// The page, if it is dirty.
    #[track_caller]
    pub fn look(&self) -> Option<Look> {
        let word = self.word.load(Ordering::Acquire);
        if word & DIRTY == 0 {
            return None;
        }
        let page = self.page.load(Ordering::Acquire);
        Some(Look { word, page })
    }

    /// Writes out what was seen and clears the dirty bit, if the page was not written since.
    #[track_caller]
    pub fn flush(&self, seen: Look) -> bool {
        self.disk.store(seen.page, Ordering::Release);
        self.word
            .compare_exchange(
                seen.word,
                seen.word & !DIRTY,
                Ordering::AcqRel,
                Ordering::Relaxed,
            )
            .is_ok()
    }

    /// Whether the disk would be right if the power failed now and dirty pages were redone from a log.
    #[track_caller]
    pub fn is_recoverable(&self) -> bool {
        let dirty = self.word.load(Ordering::Acquire) & DIRTY != 0;
        dirty || self.disk.load(Ordering::Acquire) == self.page.load(Ordering::Acquire)
    }
}
