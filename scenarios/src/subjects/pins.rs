//! When the arena's indices may be used again: once nobody who could still hold one is pinned.
//!
//! The simplest of the epoch schemes (Fraser, "Practical lock-freedom", 2004): one epoch, which ends
//! whenever nobody is pinned.

use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicU64, Ordering, fence};
use std::mem;

/// Who is pinned, and what waits for them.
pub struct Pins {
    pinned: AtomicU64,
    waiting: Mutex<Vec<u32>>,
}

impl Pins {
    /// Nobody and nothing.
    pub fn new() -> Self {
        Pins {
            pinned: AtomicU64::new(0),
            waiting: Mutex::new(Vec::new()),
        }
    }

    /// From here to the unpin, no index that can be found is used again.
    #[track_caller]
    pub fn pin(&self) {
        self.pinned.fetch_add(1, Ordering::Acquire);
        // Either what was unlinked is not found any more, or who unlinked it sees this.
        fence(Ordering::SeqCst);
    }

    /// Ends what a pin began.
    #[track_caller]
    pub fn unpin(&self) {
        self.pinned.fetch_sub(1, Ordering::Release);
    }

    /// Nobody can find the index any more. Which may be used again now, it and those that waited.
    ///
    /// # Panics
    ///
    /// If another caller panicked in here.
    #[track_caller]
    pub fn retire(&self, index: u32) -> Vec<u32> {
        let mut waiting = self.waiting.lock().unwrap();
        waiting.push(index);
        fence(Ordering::SeqCst);
        if self.pinned.load(Ordering::Acquire) == 0 {
            mem::take(&mut *waiting)
        } else {
            Vec::new()
        }
    }
}
