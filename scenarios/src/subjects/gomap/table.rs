//! The buckets, and what is done to them in one go.
//!
//! A table is 2^B buckets. A key's low hash bits choose the bucket, its top byte stands in the slot
//! so that most mismatches are seen there. A full bucket gets an overflow bucket. Growth allocates a
//! second array and moves one bucket of the old one at a time; a moved bucket says so in its slots,
//! and its keys stay where they are, for the iterators that are in it. Deleting frees a slot and
//! keeps the bucket.

use crate::hidden::Slot;
use crate::subjects::memory::Arena;
use fidge::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::array;

/// Slots in a bucket.
pub const SLOTS: usize = 8;

/// Buckets that a map may use in its life.
const CAPACITY: usize = 1 << 14;

/// The slot is free, and so are all that follow in its chain.
const EMPTY_REST: u8 = 0;
/// The slot is free.
const EMPTY_ONE: u8 = 1;
/// The entry moved to the bucket of the same number.
const EVACUATED_X: u8 = 2;
/// The entry moved to the one in the new half.
const EVACUATED_Y: u8 = 3;
/// The slot was free when its bucket was moved.
const EVACUATED_EMPTY: u8 = 4;
/// The least top byte of an entry.
const LEAST_TOP: u8 = 5;

/// The byte of `hash` that stands in the slot.
fn top_of(hash: u64) -> u8 {
    let top = (hash >> 56) as u8;
    if top < LEAST_TOP {
        top + LEAST_TOP
    } else {
        top
    }
}

/// What a slot's top byte says.
pub enum State {
    /// Nothing is here.
    Free,
    /// An entry is here.
    Full,
    /// The entry that was here is in the newer array.
    Moved,
}

/// Eight slots.
pub struct Bucket {
    tops: [Slot<u8>; SLOTS],
    keys: [Slot<u64>; SLOTS],
    values: [Slot<u64>; SLOTS],
    overflow: Slot<Option<usize>>,
}

impl Bucket {
    fn empty() -> Self {
        Bucket {
            tops: array::from_fn(|_| Slot::new(EMPTY_REST)),
            keys: array::from_fn(|_| Slot::new(0)),
            values: array::from_fn(|_| Slot::new(0)),
            overflow: Slot::new(None),
        }
    }

    #[track_caller]
    fn set(&self, i: usize, (top, key, value): (u8, u64, u64)) {
        self.tops[i].set(top);
        self.keys[i].set(key);
        self.values[i].set(value);
    }

    /// What is in slot `i`.
    #[track_caller]
    pub fn state(&self, i: usize) -> State {
        match self.tops[i].get() {
            EMPTY_REST | EMPTY_ONE | EVACUATED_EMPTY => State::Free,
            EVACUATED_X | EVACUATED_Y => State::Moved,
            _ => State::Full,
        }
    }

    /// The entry in slot `i`.
    #[track_caller]
    pub fn entry(&self, i: usize) -> (u64, u64) {
        (self.keys[i].get(), self.values[i].get())
    }

    /// The next bucket of the chain.
    #[track_caller]
    pub fn next(&self) -> Option<usize> {
        self.overflow.get()
    }

    #[track_caller]
    fn is_evacuated(&self) -> bool {
        matches!(
            self.tops[0].get(),
            EVACUATED_X | EVACUATED_Y | EVACUATED_EMPTY
        )
    }
}

/// 2^`log2` buckets: the handles from `base`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Array {
    base: usize,
    log2: u32,
}

impl Array {
    /// How many buckets.
    pub fn len(self) -> usize {
        1 << self.log2
    }

    /// The number of the bucket for `hash`.
    pub fn index(self, hash: u64) -> usize {
        hash as usize & (self.len() - 1)
    }

    /// The handle of bucket `index`.
    pub fn bucket(self, index: usize) -> usize {
        self.base + index
    }
}

/// What became of an entry that was to be put in.
pub enum Put {
    /// Its key was there, with this value.
    Replaced(u64),
    /// It is new.
    Added,
    /// It is new, and none may be added now.
    Refused,
}

/// Where the next moved entry goes.
struct End<'a> {
    bucket: &'a Bucket,
    slot: usize,
}

/// The memory of a map.
pub struct Table {
    hash: fn(u64) -> u64,
    current: Slot<Array>,
    old: Slot<Option<Array>>,
    overflows: AtomicUsize,
    iterated: AtomicBool,
    old_iterated: AtomicBool,
    buckets: Arena<Bucket>,
}

impl Table {
    /// 2^`log2` empty buckets, for keys hashed by `hash`.
    pub fn new(log2: u32, hash: fn(u64) -> u64) -> Self {
        let buckets = Arena::new(CAPACITY);
        let base = buckets.put(1 << log2, Bucket::empty);
        Table {
            hash,
            current: Slot::new(Array { base, log2 }),
            old: Slot::new(None),
            overflows: AtomicUsize::new(0),
            iterated: AtomicBool::new(false),
            old_iterated: AtomicBool::new(false),
            buckets,
        }
    }

    /// The hash of `key`.
    pub fn hash(&self, key: u64) -> u64 {
        (self.hash)(key)
    }

    /// The bucket that `handle` stands for.
    pub fn bucket(&self, handle: usize) -> &Bucket {
        self.buckets.get(handle)
    }

    /// The array that entries are put in.
    #[track_caller]
    pub fn current(&self) -> Array {
        self.current.get()
    }

    /// The array that a growth moves entries out of.
    #[track_caller]
    pub fn old(&self) -> Option<Array> {
        self.old.get()
    }

    /// Whether `count` entries are too many: more than 6.5 a bucket.
    #[track_caller]
    pub fn is_overloaded(&self, count: usize) -> bool {
        count > SLOTS && 2 * count > 13 * self.current().len()
    }

    /// Whether there are so many overflow buckets that much of them must be free.
    #[track_caller]
    pub fn is_sparse(&self) -> bool {
        self.overflows.load(Relaxed) >= self.current().len()
    }

    /// The value of `key`.
    #[track_caller]
    pub fn get(&self, key: u64) -> Option<u64> {
        let (chain, i) = self.find(key)?;
        Some(chain.last()?.values[i].get())
    }

    /// Where `key` is: the buckets of its chain up to the one that has it, and the slot.
    #[track_caller]
    fn find(&self, key: u64) -> Option<(Vec<&Bucket>, usize)> {
        let hash = self.hash(key);
        let array = self.current();
        let mut next = Some(array.bucket(array.index(hash)));
        if let Some(old) = self.old() {
            let before = old.bucket(old.index(hash));
            if !self.bucket(before).is_evacuated() {
                next = Some(before);
            }
        }
        let mut chain = Vec::new();
        while let Some(handle) = next {
            let bucket = self.bucket(handle);
            chain.push(bucket);
            for i in 0..SLOTS {
                let top = bucket.tops[i].get();
                if top == EMPTY_REST {
                    return None;
                }
                if top == top_of(hash) && bucket.keys[i].get() == key {
                    return Some((chain, i));
                }
            }
            next = bucket.next();
        }
        None
    }

    /// Sets the value of `key`, whose old bucket has been evacuated. A new key is refused unless it
    /// `may_add`.
    #[track_caller]
    pub fn put(&self, key: u64, value: u64, may_add: bool) -> Put {
        let hash = self.hash(key);
        let array = self.current();
        let mut bucket = self.bucket(array.bucket(array.index(hash)));
        let mut free = None;
        'chain: loop {
            for i in 0..SLOTS {
                let top = bucket.tops[i].get();
                if top <= EMPTY_ONE && free.is_none() {
                    free = Some((bucket, i));
                }
                if top == EMPTY_REST {
                    break 'chain;
                }
                if top == top_of(hash) && bucket.keys[i].get() == key {
                    let before = bucket.values[i].get();
                    bucket.values[i].set(value);
                    return Put::Replaced(before);
                }
            }
            match bucket.next() {
                Some(next) => bucket = self.bucket(next),
                None => break,
            }
        }
        if !may_add {
            return Put::Refused;
        }
        let (bucket, i) = match free {
            Some(place) => place,
            None => (self.append(bucket), 0),
        };
        bucket.set(i, (top_of(hash), key, value));
        Put::Added
    }

    /// A new overflow bucket at the end of a chain.
    #[track_caller]
    fn append(&self, last: &Bucket) -> &Bucket {
        let handle = self.buckets.put(1, Bucket::empty);
        last.overflow.set(Some(handle));
        self.overflows.fetch_add(1, Relaxed);
        self.bucket(handle)
    }

    /// Takes `key`, whose old bucket has been evacuated, out; comes back with its value.
    #[track_caller]
    pub fn take(&self, key: u64) -> Option<u64> {
        let (mut chain, mut i) = self.find(key)?;
        let mut bucket = chain.pop()?;
        let value = bucket.values[i].get();
        bucket.tops[i].set(EMPTY_ONE);
        let follows = if i + 1 < SLOTS {
            bucket.tops[i + 1].get()
        } else {
            match bucket.next() {
                Some(next) => self.bucket(next).tops[0].get(),
                None => EMPTY_REST,
            }
        };
        if follows == EMPTY_REST {
            // So that later lookups stop here, and as far before as nothing lies between.
            loop {
                bucket.tops[i].set(EMPTY_REST);
                if i > 0 {
                    i -= 1;
                } else {
                    let Some(before) = chain.pop() else { break };
                    (bucket, i) = (before, SLOTS - 1);
                }
                if bucket.tops[i].get() != EMPTY_ONE {
                    break;
                }
            }
        }
        Some(value)
    }

    /// Starts to move all entries to a new array, twice as long or of the same size.
    #[track_caller]
    pub fn grow(&self, same_size: bool) {
        let old = self.current();
        let log2 = old.log2 + u32::from(!same_size);
        let base = self.buckets.put(1 << log2, Bucket::empty);
        self.old.set(Some(old));
        self.current.set(Array { base, log2 });
        self.overflows.store(0, Relaxed);
        let iterated = self.iterated.swap(false, Relaxed);
        self.old_iterated.store(iterated, Relaxed);
    }

    /// Says that an iterator starts, whose buckets must keep their keys.
    #[track_caller]
    pub fn iterated(&self) {
        self.iterated.store(true, Relaxed);
        self.old_iterated.store(true, Relaxed);
    }

    /// Whether bucket `index` of the old array has been moved, or there is none.
    #[track_caller]
    pub fn is_evacuated(&self, index: usize) -> bool {
        self.old()
            .is_none_or(|old| self.bucket(old.bucket(index)).is_evacuated())
    }

    /// Moves bucket `index` of the old array, if that is still to be done.
    #[track_caller]
    pub fn evacuate(&self, index: usize) {
        let (Some(old), new) = (self.old(), self.current()) else {
            return;
        };
        let mut bucket = self.bucket(old.bucket(index));
        if bucket.is_evacuated() {
            return;
        }
        let mut ends = [index, (index + old.len()) & (new.len() - 1)].map(|index| End {
            bucket: self.bucket(new.bucket(index)),
            slot: 0,
        });
        loop {
            for i in 0..SLOTS {
                let top = bucket.tops[i].get();
                if top <= EMPTY_ONE {
                    bucket.tops[i].set(EVACUATED_EMPTY);
                } else if top >= LEAST_TOP {
                    let (key, value) = bucket.entry(i);
                    let upper = new.index(self.hash(key)) >= old.len();
                    bucket.tops[i].set(if upper { EVACUATED_Y } else { EVACUATED_X });
                    let end = &mut ends[usize::from(upper)];
                    if end.slot == SLOTS {
                        end.bucket = self.append(end.bucket);
                        end.slot = 0;
                    }
                    end.bucket.set(end.slot, (top, key, value));
                    end.slot += 1;
                }
            }
            match bucket.next() {
                Some(next) => bucket = self.bucket(next),
                None => return,
            }
        }
    }

    /// Gives the old array back, all of whose buckets were moved. What is given back is zeroed,
    /// but for the eyes of an iterator.
    #[track_caller]
    pub fn finish(&self) {
        let Some(old) = self.old() else { return };
        self.old.set(None);
        if self.old_iterated.load(Relaxed) {
            return;
        }
        for index in 0..old.len() {
            let mut next = Some(old.bucket(index));
            while let Some(handle) = next {
                let bucket = self.bucket(handle);
                next = bucket.next();
                bucket.overflow.set(None);
                for i in 0..SLOTS {
                    bucket.set(i, (EMPTY_REST, 0, 0));
                }
            }
        }
    }
}
