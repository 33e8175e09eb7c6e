//! A ring for one producer and one consumer: two indices, each written by one side.

use fidge::cell::UnsafeCell;
use fidge::sync::atomic::AtomicUsize;
use fidge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use fidge::thread;

struct Ring {
    slots: [UnsafeCell<u32>; 8],
    head: AtomicUsize,
    tail: AtomicUsize,
}

// SAFETY: the producer owns the slots from `tail` to `head`, the consumer the others.
unsafe impl Sync for Ring {}

impl Ring {
    fn push(&self, value: u32) -> bool {
        let tail = self.tail.load(Relaxed);
        if tail - self.head.load(Acquire) == self.slots.len() {
            return false;
        }
        // SAFETY: the slot is free.
        self.slots[tail % 8].with_mut(|slot| unsafe { *slot = value });
        self.tail.store(tail + 1, Release);
        true
    }

    fn pop(&self) -> Option<u32> {
        let head = self.head.load(Relaxed);
        if head == self.tail.load(Acquire) {
            return None;
        }
        // SAFETY: the slot is filled.
        let value = self.slots[head % 8].with(|slot| unsafe { *slot });
        self.head.store(head + 1, Release);
        Some(value)
    }
}

#[test]
fn values_come_in_order() {
    crate::soak(|| {
        let ring = Ring {
            slots: Default::default(),
            head: AtomicUsize::new(0),
            tail: AtomicUsize::new(0),
        };
        thread::scope(|s| {
            s.spawn(|| {
                for n in 0..120 {
                    while !ring.push(n) {
                        thread::yield_now();
                    }
                }
            });
            s.spawn(|| {
                for n in 0..120 {
                    let value = loop {
                        match ring.pop() {
                            Some(value) => break value,
                            None => thread::yield_now(),
                        }
                    };
                    assert_eq!(value, n);
                }
            });
        });
    });
}
