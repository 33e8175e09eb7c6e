//! A map whose buckets are recycled: each comes from a pool, is zeroed by hand when its entry is
//! removed, and goes back. One entry a place, so that a key finds its bucket or none.

use super::freelist::FreeList;
use super::pins::Pins;
use super::tagged::{Tag, Tagged, View};
use crate::hidden::Slot;
use fidge::sync::atomic::{AtomicU64, Ordering};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A place holds the bucket's index without a tag.
    NoTag,
    /// A bucket goes back at once, whoever is pinned.
    RecycledWhilePinned,
    /// A bucket goes back before it is zeroed.
    ZeroedTooLate,
}

struct Bucket {
    /// Read before it is known whose bucket it is, hence atomic. 0 in the pool.
    key: AtomicU64,
    value: Slot<u64>,
}

/// The map.
pub struct Map {
    places: Box<[Tagged]>,
    buckets: Box<[Bucket]>,
    pool: FreeList,
    pins: Pins,
    bug: Option<Bug>,
}

/// Where a key was found.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    place: usize,
    seen: View,
    bucket: u32,
}

impl Map {
    /// An empty map with so many places and `buckets` buckets.
    pub fn new(places: usize, buckets: u32, bug: Option<Bug>) -> Self {
        let tag = match bug {
            Some(Bug::NoTag) => Tag::None,
            _ => Tag::Word,
        };
        let bucket = |_| Bucket {
            key: AtomicU64::new(0),
            value: Slot::new(0),
        };
        Map {
            places: (0..places).map(|_| Tagged::new(None, tag)).collect(),
            buckets: (0..buckets).map(bucket).collect(),
            pool: FreeList::new(buckets, None),
            pins: Pins::new(),
            bug,
        }
    }

    fn place(&self, key: u64) -> usize {
        key as usize % self.places.len()
    }

    /// Adds an entry; false if its place is taken or the pool is empty. A key is not 0.
    #[track_caller]
    pub fn insert(&self, key: u64, value: u64) -> bool {
        let place = &self.places[self.place(key)];
        let seen = place.load(Ordering::Acquire);
        if seen.index().is_some() {
            return false;
        }
        let Some(index) = self.pool.alloc() else {
            return false;
        };
        let bucket = &self.buckets[index as usize];
        bucket.value.set(value);
        bucket.key.store(key, Ordering::Release);
        let inserted = place.swing(seen, Some(index), Ordering::AcqRel);
        if !inserted {
            self.recycle(index, || ());
        }
        inserted
    }

    /// Where the key is.
    #[track_caller]
    pub fn look(&self, key: u64) -> Option<Look> {
        let place = self.place(key);
        let seen = self.places[place].load(Ordering::Acquire);
        let bucket = seen.index()?;
        let found = self.buckets[bucket as usize].key.load(Ordering::Acquire);
        (found == key).then_some(Look {
            place,
            seen,
            bucket,
        })
    }

    /// The value where `key` was found, unless it has gone since. Only between
    /// [`pin`](Self::pin) and [`unpin`](Self::unpin), and the look as well.
    #[track_caller]
    pub fn value(&self, found: Look) -> u64 {
        self.buckets[found.bucket as usize].value.get()
    }

    /// From here to the unpin no bucket that can be found is zeroed.
    #[track_caller]
    pub fn pin(&self) {
        self.pins.pin();
    }

    /// Ends what the pin began.
    #[track_caller]
    pub fn unpin(&self) {
        self.pins.unpin();
    }

    /// Removes what was found, if it is still there; whether it was. `midway` runs when the bucket
    /// is no longer in the map.
    #[track_caller]
    pub fn remove(&self, found: Look, midway: impl FnOnce()) -> bool {
        let removed = self.places[found.place].swing(found.seen, None, Ordering::AcqRel);
        if removed {
            self.recycle(found.bucket, midway);
        }
        removed
    }

    #[track_caller]
    fn recycle(&self, index: u32, midway: impl FnOnce()) {
        match self.bug {
            Some(Bug::ZeroedTooLate) => {
                self.pool.free(index);
                midway();
                self.zero(index);
            }
            Some(Bug::RecycledWhilePinned) => {
                midway();
                self.zero(index);
                self.pool.free(index);
            }
            Some(Bug::NoTag) | None => {
                midway();
                for index in self.pins.retire(index) {
                    self.zero(index);
                    self.pool.free(index);
                }
            }
        }
    }

    #[track_caller]
    fn zero(&self, index: u32) {
        let bucket = &self.buckets[index as usize];
        bucket.key.store(0, Ordering::Release);
        bucket.value.set(0);
    }
}
