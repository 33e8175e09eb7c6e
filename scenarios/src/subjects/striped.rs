//! A map of plain slots with a lock for each stripe, and a resize of its own.
//!
//! A key's stripe does not change when the table grows: a table's slots are probed in steps of the
//! number of stripes, so that a stripe's keys stay in a stripe's slots. Growing moves all slots and
//! takes all locks, in their order.

use crate::hidden::Slot;
use fidge::sync::{Mutex, MutexGuard};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Who grows takes the first stripe's lock only.
    GrowsUnderOneStripe,
    /// A get takes no lock.
    ReadsWithoutStripe,
    /// All stripes count in one place, each under its own lock.
    SharedCount,
}

type Pair = (u64, u64);
type Table = Box<[Slot<Pair>]>;

/// A slot without a key.
const EMPTY: Pair = (0, 0);

/// The map.
pub struct Map {
    stripes: Box<[Mutex<()>]>,
    /// How many entries each stripe has; under its lock.
    counts: Box<[Slot<u64>]>,
    /// Each twice the one before.
    tables: Box<[Table]>,
    /// Which table it is; read under any lock, written under all.
    current: Slot<usize>,
    bug: Option<Bug>,
}

impl Map {
    /// An empty map of so many stripes with `depth` slots each, which can grow `growths` times.
    pub fn new(stripes: usize, depth: usize, growths: usize, bug: Option<Bug>) -> Self {
        let table = |growth| {
            let capacity = (stripes * depth) << growth;
            (0..capacity).map(|_| Slot::new(EMPTY)).collect()
        };
        Map {
            stripes: (0..stripes).map(|_| Mutex::new(())).collect(),
            counts: (0..stripes).map(|_| Slot::new(0)).collect(),
            tables: (0..=growths).map(table).collect(),
            current: Slot::new(0),
            bug,
        }
    }

    fn stripe(&self, key: u64) -> usize {
        key as usize % self.stripes.len()
    }

    /// The slot of `key` in `table`, or an empty one for it; `None` if there is neither.
    #[track_caller]
    fn slot<'a>(&self, table: &'a Table, key: u64) -> Option<&'a Slot<Pair>> {
        let mut index = key as usize % table.len();
        for _ in 0..table.len() / self.stripes.len() {
            let (found, _) = table[index].get();
            if found == key || found == EMPTY.0 {
                return Some(&table[index]);
            }
            index = (index + self.stripes.len()) % table.len();
        }
        None
    }

    /// Inserts or replaces; false if the stripe has no room and the map must [grow](Self::grow).
    /// A key is not 0. `midway` runs before the entry is counted.
    ///
    /// # Panics
    ///
    /// If another holder of the stripe's lock panicked.
    #[track_caller]
    pub fn insert(&self, key: u64, value: u64, midway: impl FnOnce()) -> bool {
        let stripe = self.stripe(key);
        let _held = self.stripes[stripe].lock().unwrap();
        let Some(slot) = self.slot(&self.tables[self.current.get()], key) else {
            return false;
        };
        let is_new = slot.get() == EMPTY;
        slot.set((key, value));
        if is_new {
            let count = &self.counts[self.count_of(stripe)];
            let before = count.get();
            midway();
            count.set(before + 1);
        }
        true
    }

    /// The value of `key`.
    ///
    /// # Panics
    ///
    /// If another holder of the stripe's lock panicked.
    #[track_caller]
    pub fn get(&self, key: u64) -> Option<u64> {
        let _held = match self.bug {
            Some(Bug::ReadsWithoutStripe) => None,
            _ => Some(self.stripes[self.stripe(key)].lock().unwrap()),
        };
        let slot = self.slot(&self.tables[self.current.get()], key)?;
        let (found, value) = slot.get();
        (found == key).then_some(value)
    }

    /// Moves everything to a table of twice the size; false if that was the last one. `midway` runs
    /// before the new table is current.
    ///
    /// # Panics
    ///
    /// If another holder of a stripe's lock panicked.
    #[track_caller]
    pub fn grow(&self, midway: impl FnOnce()) -> bool {
        let stripes = match self.bug {
            Some(Bug::GrowsUnderOneStripe) => &self.stripes[..1],
            _ => &self.stripes[..],
        };
        let _held: Vec<MutexGuard<'_, ()>> = stripes.iter().map(|s| s.lock().unwrap()).collect();
        let current = self.current.get();
        let Some(new) = self.tables.get(current + 1) else {
            return false;
        };
        for old in &self.tables[current] {
            let pair = old.get();
            if pair == EMPTY {
                continue;
            }
            // The new table has twice the room for each stripe.
            if let Some(slot) = self.slot(new, pair.0) {
                slot.set(pair);
            }
            old.set(EMPTY);
        }
        midway();
        self.current.set(current + 1);
        true
    }

    /// How many entries there are.
    ///
    /// # Panics
    ///
    /// If another holder of a stripe's lock panicked.
    #[track_caller]
    pub fn len(&self) -> u64 {
        let _held: Vec<MutexGuard<'_, ()>> =
            self.stripes.iter().map(|s| s.lock().unwrap()).collect();
        let mut len = 0;
        for count in &self.counts {
            len += count.get();
        }
        len
    }

    fn count_of(&self, stripe: usize) -> usize {
        match self.bug {
            Some(Bug::SharedCount) => 0,
            _ => stripe,
        }
    }
}
