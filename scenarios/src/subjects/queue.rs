//! Michael and Scott's queue (PODC 1996) over an array of nodes, tags as in the paper. The head is a
//! dummy; a node belongs to the queue while it is in it, and to whoever dequeued it until then.

use super::tagged::{Tag, Tagged, View};
use fidge::sync::atomic::{AtomicU64, Ordering};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// Head, tail and links have no tag.
    NoTag,
}

struct Node {
    next: Tagged,
    /// Read before it is known who gets it, hence atomic.
    value: AtomicU64,
}

/// The queue.
pub struct Queue {
    head: Tagged,
    tail: Tagged,
    nodes: Box<[Node]>,
}

/// What a dequeue saw.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    head: View,
    dummy: u32,
    next: u32,
    value: u64,
}

impl Queue {
    /// An empty queue whose dummy is node 0; the rest of `nodes` nodes belong to the caller.
    pub fn new(nodes: u32, bug: Option<Bug>) -> Self {
        let tag = match bug {
            Some(Bug::NoTag) => Tag::None,
            None => Tag::Word,
        };
        let node = |_| Node {
            next: Tagged::new(None, tag),
            value: AtomicU64::new(0),
        };
        Queue {
            head: Tagged::new(Some(0), tag),
            tail: Tagged::new(Some(0), tag),
            nodes: (0..nodes).map(node).collect(),
        }
    }

    /// Appends `value` in a node of the caller's.
    #[track_caller]
    pub fn enqueue(&self, node: u32, value: u64) {
        let Node { next, value: slot } = &self.nodes[node as usize];
        slot.store(value, Ordering::Relaxed);
        next.set(None, Ordering::Release);
        loop {
            let tail = self.tail.load(Ordering::Acquire);
            let link = &self.nodes[index(tail)].next;
            let next = link.load(Ordering::Acquire);
            if tail != self.tail.load(Ordering::Acquire) {
                continue;
            }
            if next.index().is_some() {
                self.tail.swing(tail, next.index(), Ordering::AcqRel);
            } else if link.swing(next, Some(node), Ordering::AcqRel) {
                self.tail.swing(tail, Some(node), Ordering::AcqRel);
                return;
            }
        }
    }

    /// The dummy, the node after it and its value; `None` if the queue is empty.
    #[track_caller]
    pub fn look(&self) -> Option<Look> {
        loop {
            let head = self.head.load(Ordering::Acquire);
            let tail = self.tail.load(Ordering::Acquire);
            let next = self.nodes[index(head)].next.load(Ordering::Acquire);
            let Some(next) = next.index() else {
                // A link that ends is the queue's only if its node is still the dummy.
                if head == self.head.load(Ordering::Acquire) {
                    return None;
                }
                continue;
            };
            if head.index() == tail.index() {
                self.tail.swing(tail, Some(next), Ordering::AcqRel);
                continue;
            }
            return Some(Look {
                head,
                dummy: index(head) as u32,
                next,
                value: self.nodes[next as usize].value.load(Ordering::Acquire),
            });
        }
    }

    /// Takes what was seen, if the queue is as it was: a node, now the caller's, and the value.
    #[track_caller]
    pub fn take(&self, seen: Look) -> Option<(u32, u64)> {
        self.head
            .swing(seen.head, Some(seen.next), Ordering::AcqRel)
            .then_some((seen.dummy, seen.value))
    }

    /// Takes the first value, and a node that is now the caller's. `None` if the queue is empty.
    #[track_caller]
    pub fn dequeue(&self) -> Option<(u32, u64)> {
        loop {
            let seen = self.look()?;
            if let Some(taken) = self.take(seen) {
                return Some(taken);
            }
        }
    }
}

/// Head and tail always name a node.
fn index(view: View) -> usize {
    view.index().unwrap_or_default() as usize
}
