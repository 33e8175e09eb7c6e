//! A slab: values at stable places, named by handles that outlive them. A slot's generation is part
//! of the handle, so that the handle of a value that is gone does not name the one that came after.

use super::freelist::FreeList;
use fidge::sync::atomic::{AtomicU64, Ordering};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// A handle is the slot's index alone.
    NoGeneration,
}

/// Names a value that was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Handle {
    index: u32,
    generation: u64,
}

struct Entry {
    /// The generation, and in the lowest bit whether there is a value.
    state: AtomicU64,
    /// Read before it is known that it is the handle's, hence atomic.
    value: AtomicU64,
}

/// The slab.
pub struct Slab {
    entries: Box<[Entry]>,
    free: FreeList,
    bug: Option<Bug>,
}

/// What was found at a handle.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    index: u32,
    state: u64,
    /// The value.
    pub value: u64,
}

const OCCUPIED: u64 = 1;

impl Slab {
    /// An empty slab with room for `capacity` values.
    pub fn new(capacity: u32, bug: Option<Bug>) -> Self {
        let entry = |_| Entry {
            state: AtomicU64::new(0),
            value: AtomicU64::new(0),
        };
        Slab {
            entries: (0..capacity).map(entry).collect(),
            free: FreeList::new(capacity, None),
            bug,
        }
    }

    /// Puts `value` in; `None` if there is no room. A slot has room when the removal is over.
    #[track_caller]
    pub fn insert(&self, value: u64) -> Option<Handle> {
        let index = self.free.alloc()?;
        let entry = &self.entries[index as usize];
        let generation = entry.state.load(Ordering::Relaxed) >> 1;
        entry.value.store(value, Ordering::Release);
        let state = generation << 1 | OCCUPIED;
        entry.state.store(state, Ordering::Release);
        Some(Handle { index, generation })
    }

    /// What is at the handle; `None` if its value is gone.
    #[track_caller]
    pub fn look(&self, handle: Handle) -> Option<Look> {
        let entry = &self.entries[handle.index as usize];
        let state = entry.state.load(Ordering::Acquire);
        let value = entry.value.load(Ordering::Acquire);
        let index = handle.index;
        (state == handle.generation << 1 | OCCUPIED).then_some(Look {
            index,
            state,
            value,
        })
    }

    /// Takes out what was seen, if it is still there: its value.
    #[track_caller]
    pub fn remove(&self, seen: Look) -> Option<u64> {
        let step = match self.bug {
            Some(Bug::NoGeneration) => 0,
            None => 1,
        };
        let vacant = ((seen.state >> 1) + step) << 1;
        let removed = self.entries[seen.index as usize].state.compare_exchange(
            seen.state,
            vacant,
            Ordering::AcqRel,
            Ordering::Relaxed,
        );
        if removed.is_err() {
            return None;
        }
        self.free.free(seen.index);
        Some(seen.value)
    }
}
