//! A slab whose handles carry a generation: a handle of what was removed finds nothing.

use fidge::sync::Mutex;
use fidge::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use fidge::sync::atomic::{AtomicU32, AtomicU64};
use fidge::thread;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Handle {
    index: usize,
    generation: u32,
}

#[derive(Default)]
struct Slot {
    /// Odd while the slot is in use.
    generation: AtomicU32,
    value: AtomicU64,
}

struct Slab {
    slots: Vec<Slot>,
    free: Mutex<Vec<usize>>,
}

impl Slab {
    fn insert(&self, value: u64) -> Option<Handle> {
        let index = self.free.lock().unwrap().pop()?;
        let slot = &self.slots[index];
        slot.value.store(value, Relaxed);
        let generation = slot.generation.load(Relaxed) + 1;
        slot.generation.store(generation, Release);
        Some(Handle { index, generation })
    }

    fn get(&self, handle: Handle) -> Option<u64> {
        let slot = &self.slots[handle.index];
        if slot.generation.load(Acquire) != handle.generation {
            return None;
        }
        let value = slot.value.load(Acquire);
        (slot.generation.load(Relaxed) == handle.generation).then_some(value)
    }

    /// Whether this was the one to remove it.
    fn remove(&self, handle: Handle) -> bool {
        let Handle { index, generation } = handle;
        let slot = &self.slots[index];
        let ours = slot
            .generation
            .compare_exchange(generation, generation + 1, AcqRel, Relaxed);
        if ours.is_ok() {
            self.free.lock().unwrap().push(index);
        }
        ours.is_ok()
    }
}

#[test]
fn an_old_handle_finds_nothing() {
    crate::soak(|| {
        let slab = Slab {
            slots: (0..3).map(|_| Slot::default()).collect(),
            free: Mutex::new((0..3).collect()),
        };
        let latest = Mutex::new(Vec::new());
        thread::scope(|s| {
            for worker in 0..3 {
                let (slab, latest) = (&slab, &latest);
                s.spawn(move || {
                    for n in 0..30 {
                        if let Some(handle) = slab.insert(worker * 100 + n) {
                            latest.lock().unwrap().push((handle, worker * 100 + n));
                        }
                        let other = latest.lock().unwrap().pop();
                        if let Some((handle, value)) = other {
                            assert_eq!(slab.get(handle), Some(value));
                            assert!(slab.remove(handle));
                            assert!(slab.get(handle).is_none() && !slab.remove(handle));
                        }
                    }
                });
            }
        });
        assert!(latest.into_inner().unwrap().is_empty());
        assert_eq!(slab.free.into_inner().unwrap().len(), 3);
    });
}
