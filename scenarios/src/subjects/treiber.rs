//! Treiber's stack ("Systems programming: coping with parallelism", IBM RJ 5118, 1986) over an array
//! of nodes. A node belongs to the stack while it is on it, and to whoever popped it until then.

use super::tagged::{Tag, Tagged, View};
use crate::hidden::Slot;
use fidge::sync::atomic::Ordering;

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The head has no tag.
    NoTag,
    /// The head's tag has 8 bits.
    ByteTag,
    /// A push does not release what is in the node.
    RelaxedPush,
}

struct Node {
    next: Tagged,
    value: Slot<u64>,
}

/// The stack.
pub struct Stack {
    head: Tagged,
    nodes: Box<[Node]>,
    push: Ordering,
}

/// What a pop saw.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    head: View,
    node: u32,
    next: Option<u32>,
}

impl Stack {
    /// An empty stack, and `nodes` nodes that belong to the caller.
    pub fn new(nodes: u32, bug: Option<Bug>) -> Self {
        let tag = match bug {
            Some(Bug::NoTag) => Tag::None,
            Some(Bug::ByteTag) => Tag::Byte,
            Some(Bug::RelaxedPush) | None => Tag::Word,
        };
        let node = |_| Node {
            next: Tagged::new(None, Tag::None),
            value: Slot::new(0),
        };
        Stack {
            head: Tagged::new(None, tag),
            nodes: (0..nodes).map(node).collect(),
            push: match bug {
                Some(Bug::RelaxedPush) => Ordering::Relaxed,
                _ => Ordering::Release,
            },
        }
    }

    /// Pushes `value` in a node of the caller's.
    #[track_caller]
    pub fn push(&self, node: u32, value: u64) {
        let Node { next, value: slot } = &self.nodes[node as usize];
        slot.set(value);
        loop {
            let head = self.head.load(Ordering::Relaxed);
            next.set(head.index(), Ordering::Relaxed);
            if self.head.swing(head, Some(node), self.push) {
                return;
            }
        }
    }

    /// The top node and the one below it; `None` if the stack is empty.
    #[track_caller]
    pub fn look(&self) -> Option<Look> {
        let head = self.head.load(Ordering::Acquire);
        let node = head.index()?;
        let next = self.nodes[node as usize].next.load(Ordering::Relaxed);
        let next = next.index();
        Some(Look { head, node, next })
    }

    /// Pops what was seen, if the stack is as it was: the node, now the caller's, and its value.
    #[track_caller]
    pub fn take(&self, seen: Look) -> Option<(u32, u64)> {
        if self.head.swing(seen.head, seen.next, Ordering::Acquire) {
            Some((seen.node, self.nodes[seen.node as usize].value.get()))
        } else {
            None
        }
    }

    /// Pops: the node, now the caller's, and its value. `None` if the stack is empty.
    #[track_caller]
    pub fn pop(&self) -> Option<(u32, u64)> {
        loop {
            let seen = self.look()?;
            if let Some(popped) = self.take(seen) {
                return Some(popped);
            }
        }
    }
}
