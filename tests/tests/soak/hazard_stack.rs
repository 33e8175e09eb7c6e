//! A Treiber stack of boxes; hazard pointers keep what somebody looks at (Michael, TPDS 2004).

use fidge::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use fidge::sync::atomic::{AtomicPtr, AtomicU64};
use fidge::thread;
use std::ptr::null_mut;

struct Node {
    value: u64,
    next: AtomicPtr<Node>,
}

#[derive(Default)]
struct Stack {
    head: AtomicPtr<Node>,
    hazards: [AtomicPtr<Node>; 3],
}

impl Stack {
    fn push(&self, value: u64) {
        let node = Box::into_raw(Box::new(Node {
            value,
            next: AtomicPtr::new(null_mut()),
        }));
        let mut head = self.head.load(Relaxed);
        loop {
            // SAFETY: not shared yet.
            unsafe { (*node).next.store(head, Relaxed) };
            match self
                .head
                .compare_exchange_weak(head, node, Release, Relaxed)
            {
                Ok(_) => return,
                Err(other) => head = other,
            }
        }
    }

    fn pop(&self, thread: usize, retired: &mut Vec<*mut Node>) -> Option<u64> {
        let node = loop {
            let head = self.head.load(SeqCst);
            if head.is_null() {
                self.hazards[thread].store(null_mut(), Release);
                return None;
            }
            self.hazards[thread].store(head, SeqCst);
            if self.head.load(SeqCst) != head {
                continue;
            }
            // SAFETY: announced before it was seen to be there still.
            let next = unsafe { (*head).next.load(Relaxed) };
            if self
                .head
                .compare_exchange(head, next, SeqCst, Relaxed)
                .is_ok()
            {
                break head;
            }
        };
        self.hazards[thread].store(null_mut(), Release);
        // SAFETY: taken out by us.
        let value = unsafe { (*node).value };
        retired.push(node);
        retired.retain(|&node| {
            let kept = self
                .hazards
                .iter()
                .any(|hazard| hazard.load(SeqCst) == node);
            if !kept {
                // SAFETY: out of the stack, and nobody's hazard.
                drop(unsafe { Box::from_raw(node) });
            }
            kept
        });
        Some(value)
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        let mut at = self.head.load(Acquire);
        while !at.is_null() {
            // SAFETY: nobody else is here.
            at = unsafe { Box::from_raw(at) }.next.load(Relaxed);
        }
    }
}

#[test]
fn each_value_is_popped_once() {
    crate::soak(|| {
        let (stack, sum) = (Stack::default(), AtomicU64::new(0));
        thread::scope(|s| {
            for thread in 0..3 {
                let (stack, sum) = (&stack, &sum);
                s.spawn(move || {
                    let mut retired = Vec::new();
                    for n in 0..30 {
                        stack.push(n);
                        if let Some(value) = stack.pop(thread, &mut retired) {
                            sum.fetch_add(value, Relaxed);
                        }
                    }
                    while !retired.is_empty() {
                        // Frees what others have let go of since.
                        stack.push(0);
                        let value = stack.pop(thread, &mut retired).unwrap_or(0);
                        sum.fetch_add(value, Relaxed);
                    }
                });
            }
        });
        let mut retired = Vec::new();
        let rest: u64 = std::iter::from_fn(|| stack.pop(0, &mut retired)).sum();
        assert!(retired.is_empty());
        assert_eq!(sum.into_inner() + rest, 3 * (0..30).sum::<u64>());
    });
}
