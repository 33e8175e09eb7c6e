//! A segmented LRU cache (Karedla, Love & Wherry, "Caching strategies to improve disk system
//! performance", Computer 1994): an entry begins on probation, and its second use moves it to the
//! protected segment. Links are indices, all under one lock, except that who evicts picks the victim
//! before it takes the lock.

use super::tagged::{Tag, Tagged, View};
use crate::hidden::Slot;
use fidge::sync::RwLock;
use fidge::sync::atomic::{AtomicU64, Ordering};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The segments' tails have no tag.
    NoTag,
    /// A get, which moves the entry, takes the lock for reading.
    MovesUnderReadLock,
}

const PROBATION: usize = 0;
const PROTECTED: usize = 1;

type Link = Option<u32>;

struct Entry {
    /// Read without the lock by who looks for a victim, hence atomic. 0: the entry is free.
    key: AtomicU64,
    value: Slot<u64>,
    segment: Slot<usize>,
    newer: Slot<Link>,
    older: Slot<Link>,
}

struct Segment {
    /// The most recently used.
    head: Slot<Link>,
    /// The least recently used.
    tail: Tagged,
    len: Slot<usize>,
}

/// The cache.
pub struct Lru {
    lock: RwLock<()>,
    segments: [Segment; 2],
    entries: Box<[Entry]>,
    protected: usize,
    bug: Option<Bug>,
}

/// What would go next.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    tail: View,
    index: u32,
    /// Its key.
    pub key: u64,
}

impl Lru {
    /// An empty cache for `capacity` entries, `protected` of which can be that.
    pub fn new(capacity: u32, protected: usize, bug: Option<Bug>) -> Self {
        let tag = match bug {
            Some(Bug::NoTag) => Tag::None,
            _ => Tag::Word,
        };
        let segment = || Segment {
            head: Slot::new(None),
            tail: Tagged::new(None, tag),
            len: Slot::new(0),
        };
        let entry = |_| Entry {
            key: AtomicU64::new(0),
            value: Slot::new(0),
            segment: Slot::new(PROBATION),
            newer: Slot::new(None),
            older: Slot::new(None),
        };
        Lru {
            lock: RwLock::new(()),
            segments: [segment(), segment()],
            entries: (0..capacity).map(entry).collect(),
            protected,
            bug,
        }
    }

    fn entry(&self, index: u32) -> &Entry {
        &self.entries[index as usize]
    }

    #[track_caller]
    fn find(&self, key: u64) -> Link {
        for (index, entry) in (0..).zip(&self.entries) {
            if entry.key.load(Ordering::Relaxed) == key {
                return Some(index);
            }
        }
        None
    }

    /// Takes the entry out of its segment.
    #[track_caller]
    fn unlink(&self, index: u32) {
        let entry = self.entry(index);
        let segment = &self.segments[entry.segment.get()];
        let (newer, older) = (entry.newer.get(), entry.older.get());
        match newer {
            Some(newer) => self.entry(newer).older.set(older),
            None => segment.head.set(older),
        }
        match older {
            Some(older) => self.entry(older).newer.set(newer),
            None => segment.tail.set(newer, Ordering::Release),
        }
        segment.len.set(segment.len.get().saturating_sub(1));
    }

    /// Makes the entry the most recently used of a segment. `midway` runs before the segment changes.
    #[track_caller]
    fn link(&self, index: u32, at: usize, midway: impl FnOnce()) {
        let (entry, segment) = (self.entry(index), &self.segments[at]);
        let head = segment.head.get();
        midway();
        entry.segment.set(at);
        entry.newer.set(None);
        entry.older.set(head);
        match head {
            Some(head) => self.entry(head).newer.set(Some(index)),
            None => segment.tail.set(Some(index), Ordering::Release),
        }
        segment.head.set(Some(index));
        segment.len.set(segment.len.get() + 1);
    }

    /// Adds an entry on probation; false if there is no room or the key is there. A key is not 0.
    ///
    /// # Panics
    ///
    /// If another holder of the lock panicked.
    #[track_caller]
    pub fn insert(&self, key: u64, value: u64) -> bool {
        let _held = self.lock.write().unwrap();
        if self.find(key).is_some() {
            return false;
        }
        let Some(index) = self.find(0) else {
            return false;
        };
        self.entry(index).value.set(value);
        self.entry(index).key.store(key, Ordering::Release);
        self.link(index, PROBATION, || ());
        true
    }

    /// The value of `key`, which is now the most recently used. `midway` runs before it is linked
    /// there.
    ///
    /// # Panics
    ///
    /// If another holder of the lock panicked.
    #[track_caller]
    pub fn get(&self, key: u64, midway: impl FnOnce()) -> Option<u64> {
        let (_shared, _alone) = match self.bug {
            Some(Bug::MovesUnderReadLock) => (Some(self.lock.read().unwrap()), None),
            _ => (None, Some(self.lock.write().unwrap())),
        };
        let index = self.find(key)?;
        self.unlink(index);
        self.link(index, PROTECTED, midway);
        let segment = &self.segments[PROTECTED];
        if segment.len.get() > self.protected
            && let Some(oldest) = segment.tail.load(Ordering::Relaxed).index()
        {
            self.unlink(oldest);
            self.link(oldest, PROBATION, || ());
        }
        Some(self.entry(index).value.get())
    }

    /// Removes `key`; whether it was there.
    ///
    /// # Panics
    ///
    /// If another holder of the lock panicked.
    #[track_caller]
    pub fn remove(&self, key: u64) -> bool {
        let _held = self.lock.write().unwrap();
        let Some(index) = self.find(key) else {
            return false;
        };
        self.unlink(index);
        self.entry(index).key.store(0, Ordering::Release);
        true
    }

    /// What was used least recently; `None` if nothing is on probation. Takes no lock.
    #[track_caller]
    pub fn look(&self) -> Option<Look> {
        let tail = self.segments[PROBATION].tail.load(Ordering::Acquire);
        let index = tail.index()?;
        let key = self.entry(index).key.load(Ordering::Acquire);
        Some(Look { tail, index, key })
    }

    /// Evicts what was seen, if it is still what goes next: its key.
    ///
    /// # Panics
    ///
    /// If another holder of the lock panicked.
    #[track_caller]
    pub fn evict(&self, seen: Look) -> Option<u64> {
        let _held = self.lock.write().unwrap();
        let tail = &self.segments[PROBATION].tail;
        if !tail.swing(seen.tail, Some(seen.index), Ordering::AcqRel) {
            return None;
        }
        self.unlink(seen.index);
        self.entry(seen.index).key.store(0, Ordering::Release);
        Some(seen.key)
    }

    /// How many entries there are, counted along both segments.
    ///
    /// # Panics
    ///
    /// If another holder of the lock panicked.
    #[track_caller]
    pub fn len(&self) -> usize {
        let _held = self.lock.write().unwrap();
        let mut len = 0;
        for segment in &self.segments {
            let mut next = segment.head.get();
            while let Some(index) = next.filter(|_| len <= self.entries.len()) {
                len += 1;
                next = self.entry(index).older.get();
            }
        }
        len
    }
}
