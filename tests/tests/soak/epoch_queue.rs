//! A Michael & Scott queue; nodes are freed two epochs after they were taken out.

use fidge::cell::UnsafeCell;
use fidge::sync::Mutex;
use fidge::sync::atomic::Ordering::{Relaxed, SeqCst};
use fidge::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize};
use fidge::thread;
use std::ptr::null_mut;

/// What threads are in which epoch, and what waits to be freed.
#[derive(Default)]
struct Epochs {
    now: AtomicUsize,
    /// The epoch of a thread plus one; 0 outside.
    pinned: [AtomicUsize; 3],
    garbage: Mutex<Vec<(usize, usize)>>,
}

impl Epochs {
    fn pin<R>(&self, thread: usize, f: impl FnOnce() -> R) -> R {
        loop {
            let now = self.now.load(SeqCst);
            self.pinned[thread].store(now + 1, SeqCst);
            if self.now.load(SeqCst) == now {
                break;
            }
        }
        let result = f();
        self.pinned[thread].store(0, SeqCst);
        self.collect();
        result
    }

    fn retire(&self, node: *mut Node) {
        let now = self.now.load(SeqCst);
        self.garbage
            .lock()
            .unwrap()
            .push((now, node.expose_provenance()));
    }

    fn collect(&self) {
        let now = self.now.load(SeqCst);
        let behind = |pin: &AtomicUsize| ![0, now + 1].contains(&pin.load(SeqCst));
        if self.pinned.iter().any(behind) {
            return;
        }
        if self
            .now
            .compare_exchange(now, now + 1, SeqCst, SeqCst)
            .is_ok()
        {
            self.garbage.lock().unwrap().retain(|&(epoch, node)| {
                let old = epoch + 2 <= now + 1;
                if old {
                    // SAFETY: everybody who could have seen it has been outside since.
                    drop(unsafe {
                        Box::from_raw(std::ptr::with_exposed_provenance_mut::<Node>(node))
                    });
                }
                !old
            });
        }
    }
}

struct Node {
    next: AtomicPtr<Node>,
    value: UnsafeCell<u64>,
}

fn node(value: u64) -> *mut Node {
    Box::into_raw(Box::new(Node {
        next: AtomicPtr::new(null_mut()),
        value: UnsafeCell::new(value),
    }))
}

struct Queue {
    head: AtomicPtr<Node>,
    tail: AtomicPtr<Node>,
    epochs: Epochs,
}

impl Queue {
    fn push(&self, thread: usize, value: u64) {
        let new = node(value);
        self.epochs.pin(thread, || {
            loop {
                let tail = self.tail.load(SeqCst);
                // SAFETY: pinned.
                let next = unsafe { &(*tail).next };
                let after = next.load(SeqCst);
                if !after.is_null() {
                    _ = self.tail.compare_exchange(tail, after, SeqCst, SeqCst);
                } else if next
                    .compare_exchange(null_mut(), new, SeqCst, SeqCst)
                    .is_ok()
                {
                    _ = self.tail.compare_exchange(tail, new, SeqCst, SeqCst);
                    return;
                }
            }
        });
    }

    fn pop(&self, thread: usize) -> Option<u64> {
        self.epochs.pin(thread, || {
            loop {
                let (head, tail) = (self.head.load(SeqCst), self.tail.load(SeqCst));
                // SAFETY: pinned.
                let next = unsafe { (*head).next.load(SeqCst) };
                if next.is_null() {
                    return None;
                }
                if head == tail {
                    _ = self.tail.compare_exchange(tail, next, SeqCst, SeqCst);
                } else if self
                    .head
                    .compare_exchange(head, next, SeqCst, SeqCst)
                    .is_ok()
                {
                    // SAFETY: pinned, and the value is ours: we moved the head over it.
                    let value = unsafe { (*next).value.with(|value| *value) };
                    self.epochs.retire(head);
                    return Some(value);
                }
            }
        })
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        let mut at = *self.head.get_mut();
        while !at.is_null() {
            // SAFETY: nobody else is here.
            at = *unsafe { Box::from_raw(at) }.next.get_mut();
        }
        for (_, node) in self.epochs.garbage.get_mut().unwrap().drain(..) {
            // SAFETY: as above.
            drop(unsafe { Box::from_raw(std::ptr::with_exposed_provenance_mut::<Node>(node)) });
        }
    }
}

#[test]
fn what_goes_in_comes_out_once() {
    crate::soak(|| {
        let first = node(0);
        let queue = Queue {
            head: AtomicPtr::new(first),
            tail: AtomicPtr::new(first),
            epochs: Epochs::default(),
        };
        let sum = AtomicU64::new(0);
        thread::scope(|s| {
            for thread in 0..3 {
                let (queue, sum) = (&queue, &sum);
                s.spawn(move || {
                    for n in 1..=25 {
                        queue.push(thread, n);
                        if let Some(value) = queue.pop(thread) {
                            sum.fetch_add(value, Relaxed);
                        }
                    }
                });
            }
        });
        let rest: u64 = std::iter::from_fn(|| queue.pop(0)).sum();
        assert_eq!(sum.into_inner() + rest, 3 * (1..=25).sum::<u64>());
    });
}
