//! Iteration that goes on while the map grows.
//!
//! An iterator walks the array that was current when it started. Where a bucket of it is still to be
//! filled by a growth, it walks the old bucket for those keys that will come here; where an
//! entry has since moved on, it looks the key up. So a key that is there all the time comes once,
//! whatever is written between two steps.

use super::table::{Array, SLOTS, State, Table};

/// A walk over a table.
pub struct Iter {
    array: Array,
    /// The bucket's number.
    index: usize,
    /// How many buckets are to be walked, this one included.
    left: usize,
    /// From which slot each bucket is walked.
    offset: usize,
    /// Which bucket of the chain, and how many of its slots were seen; `None` before the first.
    at: Option<(usize, usize)>,
    /// Only keys of bucket `index` count, as the chain is an old one with those of two.
    split: bool,
}

/// What a step came to.
pub enum Step {
    /// An entry.
    Entry(u64, u64),
    /// Nothing yet.
    Nothing,
    /// All entries were seen.
    End,
}

impl Iter {
    /// A walk that starts somewhere, by `seed`, as programs are not to rely on an order.
    #[track_caller]
    pub fn new(table: &Table, seed: usize) -> Self {
        table.iterated();
        let array = table.current();
        Iter {
            array,
            index: seed & (array.len() - 1),
            left: array.len(),
            offset: seed % SLOTS,
            at: None,
            split: false,
        }
    }

    /// The number of the bucket that the next step looks at.
    pub fn bucket(&self) -> usize {
        self.index
    }

    /// Goes on to the next entry of this bucket, or out of it.
    #[track_caller]
    pub fn step(&mut self, table: &Table) -> Step {
        if self.left == 0 {
            return Step::End;
        }
        let (handle, seen) = match self.at {
            Some(at) => at,
            None => (self.enter(table), 0),
        };
        let bucket = table.bucket(handle);
        for n in seen..SLOTS {
            let i = (n + self.offset) % SLOTS;
            let moved = match bucket.state(i) {
                State::Free => continue,
                State::Full => false,
                State::Moved => true,
            };
            let (key, mut value) = bucket.entry(i);
            if self.split && self.array.index(table.hash(key)) != self.index {
                continue;
            }
            if moved {
                match table.get(key) {
                    Some(now) => value = now,
                    None => continue,
                }
            }
            self.at = Some((handle, n + 1));
            return Step::Entry(key, value);
        }
        self.at = bucket.next().map(|next| (next, 0));
        if self.at.is_none() {
            self.left -= 1;
            self.index = (self.index + 1) & (self.array.len() - 1);
        }
        Step::Nothing
    }

    /// The first bucket of the chain to walk for bucket `index`.
    #[track_caller]
    fn enter(&mut self, table: &Table) -> usize {
        if let Some(old) = table.old()
            && table.current() == self.array
        {
            let before = self.index & (old.len() - 1);
            if !table.is_evacuated(before) {
                self.split = old.len() != self.array.len();
                return old.bucket(before);
            }
        }
        self.split = false;
        self.array.bucket(self.index)
    }
}
