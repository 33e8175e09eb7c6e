//! A metrics exporter: a snapshot of counters is taken while they move, and handed to the scraper on a
//! page of its own.

use crate::hidden::Slot;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicU64, Ordering, fence};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A snapshot gives the lock back before it has read the second counter.
    UnlockedTooEarly,
    /// A page is published without a release fence.
    NoReleaseFence,
    /// The start of a new scrape stores its number where it should exchange it.
    PlainReset,
}

/// Two counters that belong together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// How many requests there were.
    pub count: u64,
    /// How long they took, together.
    pub sum: u64,
}

/// The counters and the pages.
pub struct Exporter {
    counters: Mutex<()>,
    count: Slot<u64>,
    sum: Slot<u64>,
    pages: Box<[Slot<Snapshot>]>,
    /// How many pages are published, and above [`SCRAPE`] the number of the scrape.
    state: AtomicU64,
    bug: Option<Bug>,
}

const SCRAPE: u64 = 1 << 32;

impl Exporter {
    /// Counters at 0, and room for `pages` pages.
    pub fn new(pages: usize, bug: Option<Bug>) -> Self {
        Exporter {
            counters: Mutex::new(()),
            count: Slot::new(0),
            sum: Slot::new(0),
            pages: (0..pages).map(|_| Slot::new(Snapshot::default())).collect(),
            state: AtomicU64::new(0),
            bug,
        }
    }

    /// Counts a request.
    ///
    /// # Panics
    ///
    /// If another holder of the lock panicked.
    #[track_caller]
    pub fn record(&self, took: u64) {
        let _held = self.counters.lock().unwrap();
        self.count.set(self.count.get() + 1);
        self.sum.set(self.sum.get() + took);
    }

    /// The counters at one moment. `midway` runs between the two.
    ///
    /// # Panics
    ///
    /// If another holder of the lock panicked.
    #[track_caller]
    pub fn snapshot(&self, midway: impl FnOnce()) -> Snapshot {
        let held = self.counters.lock().unwrap();
        let count = self.count.get();
        if self.bug == Some(Bug::UnlockedTooEarly) {
            drop(held);
            midway();
            let sum = self.sum.get();
            return Snapshot { count, sum };
        }
        midway();
        let sum = self.sum.get();
        Snapshot { count, sum }
    }

    /// Publishes a page. One strand's at a time.
    #[track_caller]
    pub fn publish(&self, page: Snapshot) {
        let state = self.state.load(Ordering::Relaxed);
        self.pages[(state % SCRAPE) as usize].set(page);
        if self.bug != Some(Bug::NoReleaseFence) {
            fence(Ordering::Release);
        }
        self.state.fetch_add(1, Ordering::Relaxed);
    }

    /// Begins another scrape, which has the pages of the one before.
    #[track_caller]
    pub fn rescrape(&self) {
        if self.bug == Some(Bug::PlainReset) {
            let state = self.state.load(Ordering::Relaxed);
            self.state.store(state + SCRAPE, Ordering::Relaxed);
        } else {
            self.state.fetch_add(SCRAPE, Ordering::Relaxed);
        }
    }

    /// The newest page and the number of the scrape; `None` if no page is published.
    #[track_caller]
    pub fn scrape(&self) -> Option<(Snapshot, u64)> {
        let state = self.state.load(Ordering::Acquire);
        let last = (state % SCRAPE).checked_sub(1)?;
        Some((self.pages[last as usize].get(), state / SCRAPE))
    }
}
