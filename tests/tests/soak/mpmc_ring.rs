//! A bounded queue for many producers and consumers (Vyukov): a sequence number at each slot.

use fidge::cell::UnsafeCell;
use fidge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use fidge::sync::atomic::{AtomicU64, AtomicUsize};
use fidge::thread;

struct Slot {
    sequence: AtomicUsize,
    value: UnsafeCell<u64>,
}

struct Ring {
    slots: Vec<Slot>,
    head: AtomicUsize,
    tail: AtomicUsize,
}

// SAFETY: a slot's value belongs to whoever its sequence number says.
unsafe impl Sync for Ring {}

impl Ring {
    fn new(size: usize) -> Self {
        let slot = |n| Slot {
            sequence: AtomicUsize::new(n),
            value: UnsafeCell::new(0),
        };
        Ring {
            slots: (0..size).map(slot).collect(),
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
        }
    }

    fn push(&self, value: u64) -> bool {
        let mut at = self.tail.load(Relaxed);
        loop {
            let slot = &self.slots[at % self.slots.len()];
            let sequence = slot.sequence.load(Acquire);
            if sequence == at {
                match self
                    .tail
                    .compare_exchange_weak(at, at + 1, Relaxed, Relaxed)
                {
                    Ok(_) => {
                        // SAFETY: the slot is empty, and this position is ours.
                        slot.value.with_mut(|to| unsafe { *to = value });
                        slot.sequence.store(at + 1, Release);
                        return true;
                    }
                    Err(other) => at = other,
                }
            } else if sequence < at {
                return false;
            } else {
                at = self.tail.load(Relaxed);
            }
        }
    }

    fn pop(&self) -> Option<u64> {
        let mut at = self.head.load(Relaxed);
        loop {
            let slot = &self.slots[at % self.slots.len()];
            let sequence = slot.sequence.load(Acquire);
            if sequence == at + 1 {
                match self
                    .head
                    .compare_exchange_weak(at, at + 1, Relaxed, Relaxed)
                {
                    Ok(_) => {
                        // SAFETY: the slot is full, and this position is ours.
                        let value = slot.value.with(|from| unsafe { *from });
                        slot.sequence.store(at + self.slots.len(), Release);
                        return Some(value);
                    }
                    Err(other) => at = other,
                }
            } else if sequence < at + 1 {
                return None;
            } else {
                at = self.head.load(Relaxed);
            }
        }
    }
}

#[test]
fn what_goes_in_comes_out_once() {
    crate::soak(|| {
        let ring = Ring::new(4);
        let (sum, popped) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|s| {
            for producer in 0..2 {
                let ring = &ring;
                s.spawn(move || {
                    for n in 0..30 {
                        while !ring.push(producer * 1_000 + n) {
                            thread::yield_now();
                        }
                    }
                });
                s.spawn(|| {
                    while popped.load(Relaxed) < 60 {
                        match ring.pop() {
                            Some(value) => {
                                sum.fetch_add(value, Relaxed);
                                popped.fetch_add(1, Relaxed);
                            }
                            None => thread::yield_now(),
                        }
                    }
                });
            }
        });
        assert_eq!(sum.into_inner(), 2 * (0..30).sum::<u64>() + 30_000);
    });
}
