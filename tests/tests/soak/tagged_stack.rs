//! A Treiber stack of slots by index; a tag beside the index in the head changes with every exchange.

use fidge::cell::UnsafeCell;
use fidge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use fidge::sync::atomic::{AtomicU32, AtomicU64};
use fidge::thread;

const NONE: u32 = u32::MAX;

struct Slot {
    next: AtomicU32,
    value: UnsafeCell<u32>,
}

struct Stack {
    slots: Vec<Slot>,
    free: AtomicU64,
    full: AtomicU64,
}

// SAFETY: a slot's value belongs to who took it off a list.
unsafe impl Sync for Stack {}

fn pack(tag: u64, index: u32) -> u64 {
    tag << 32 | u64::from(index)
}

impl Stack {
    fn new(size: u32) -> Self {
        let slot = |n: u32| Slot {
            next: AtomicU32::new(n.checked_sub(1).unwrap_or(NONE)),
            value: UnsafeCell::new(0),
        };
        Stack {
            slots: (0..size).map(slot).collect(),
            free: AtomicU64::new(pack(0, size - 1)),
            full: AtomicU64::new(pack(0, NONE)),
        }
    }

    fn take(&self, list: &AtomicU64) -> Option<u32> {
        let mut head = list.load(Acquire);
        loop {
            let index = head as u32;
            if index == NONE {
                return None;
            }
            let next = self.slots[index as usize].next.load(Relaxed);
            let new = pack((head >> 32) + 1, next);
            match list.compare_exchange_weak(head, new, Acquire, Acquire) {
                Ok(_) => return Some(index),
                Err(other) => head = other,
            }
        }
    }

    fn give(&self, list: &AtomicU64, index: u32) {
        let mut head = list.load(Relaxed);
        loop {
            self.slots[index as usize].next.store(head as u32, Relaxed);
            let new = pack((head >> 32) + 1, index);
            match list.compare_exchange_weak(head, new, Release, Relaxed) {
                Ok(_) => return,
                Err(other) => head = other,
            }
        }
    }

    fn push(&self, value: u32) -> bool {
        let Some(index) = self.take(&self.free) else {
            return false;
        };
        // SAFETY: the slot is off every list: ours.
        self.slots[index as usize]
            .value
            .with_mut(|slot| unsafe { *slot = value });
        self.give(&self.full, index);
        true
    }

    fn pop(&self) -> Option<u32> {
        let index = self.take(&self.full)?;
        // SAFETY: as above.
        let value = self.slots[index as usize]
            .value
            .with(|slot| unsafe { *slot });
        self.give(&self.free, index);
        Some(value)
    }
}

#[test]
fn nothing_is_lost_and_nothing_comes_twice() {
    crate::soak(|| {
        let stack = Stack::new(4);
        let (pushed, popped) = (AtomicU64::new(0), AtomicU64::new(0));
        thread::scope(|s| {
            for worker in 0..3 {
                let (stack, pushed, popped) = (&stack, &pushed, &popped);
                s.spawn(move || {
                    for n in 0..40 {
                        let value = worker * 100 + n;
                        if stack.push(value) {
                            pushed.fetch_add(value.into(), Relaxed);
                        }
                        if let Some(value) = stack.pop() {
                            popped.fetch_add(value.into(), Relaxed);
                        }
                    }
                });
            }
        });
        while let Some(value) = stack.pop() {
            popped.fetch_add(value.into(), Relaxed);
        }
        assert_eq!(pushed.into_inner(), popped.into_inner());
    });
}
