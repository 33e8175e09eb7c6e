//! Treiber's stack with hazard pointers in place of tags (Michael, "Hazard pointers: safe memory
//! reclamation for lock-free objects", TPDS 2004): a node that somebody may be looking at is not
//! used again.

use super::tagged::{Tag, Tagged, View};
use fidge::sync::atomic::{AtomicU64, Ordering, fence};

/// What can be wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// The hazard pointer is published after the head was checked again.
    LateHazard,
}

/// The stack, with one hazard pointer for each of its parties.
pub struct Stack {
    head: Tagged,
    next: Box<[Tagged]>,
    hazards: Box<[AtomicU64]>,
    bug: Option<Bug>,
}

/// What a pop saw.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    head: View,
    node: u32,
}

impl Stack {
    /// An empty stack for `parties`, and `nodes` nodes that belong to the caller.
    pub fn new(nodes: u32, parties: usize, bug: Option<Bug>) -> Self {
        Stack {
            head: Tagged::new(None, Tag::None),
            next: (0..nodes).map(|_| Tagged::new(None, Tag::None)).collect(),
            hazards: (0..parties).map(|_| AtomicU64::new(0)).collect(),
            bug,
        }
    }

    /// Pushes a node of the caller's.
    #[track_caller]
    pub fn push(&self, node: u32) {
        loop {
            let head = self.head.load(Ordering::Relaxed);
            self.next[node as usize].set(head.index(), Ordering::Release);
            if self.head.swing(head, Some(node), Ordering::Release) {
                return;
            }
        }
    }

    /// The top node, protected by `party`'s hazard pointer; `None` if the stack is empty.
    #[track_caller]
    pub fn look(&self, party: usize) -> Option<Look> {
        loop {
            let head = self.head.load(Ordering::Acquire);
            let node = head.index()?;
            if self.bug != Some(Bug::LateHazard) {
                self.protect(party, node);
            }
            if self.head.load(Ordering::Acquire) == head {
                return Some(Look { head, node });
            }
        }
    }

    /// The node below the one that was seen.
    #[track_caller]
    pub fn follow(&self, party: usize, seen: Look) -> Option<u32> {
        if self.bug == Some(Bug::LateHazard) {
            self.protect(party, seen.node);
        }
        self.next[seen.node as usize]
            .load(Ordering::Acquire)
            .index()
    }

    /// Pops what was seen, if the top is what it was: the node, now the caller's to retire. Ends
    /// the protection.
    #[track_caller]
    pub fn take(&self, party: usize, seen: Look, next: Option<u32>) -> Option<u32> {
        let taken = self.head.swing(seen.head, next, Ordering::AcqRel);
        self.hazards[party].store(0, Ordering::Release);
        taken.then_some(seen.node)
    }

    /// Pops: the node, now the caller's to retire. `None` if the stack is empty.
    #[track_caller]
    pub fn pop(&self, party: usize) -> Option<u32> {
        loop {
            let seen = self.look(party)?;
            let next = self.follow(party, seen);
            if let Some(node) = self.take(party, seen, next) {
                return Some(node);
            }
        }
    }

    /// Whether a popped node may be pushed again: nobody is looking at it.
    #[track_caller]
    pub fn is_retired(&self, node: u32) -> bool {
        fence(Ordering::SeqCst);
        for hazard in &self.hazards {
            if hazard.load(Ordering::Acquire) == u64::from(node) + 1 {
                return false;
            }
        }
        true
    }

    #[track_caller]
    fn protect(&self, party: usize, node: u32) {
        self.hazards[party].store(u64::from(node) + 1, Ordering::Release);
        // Either the check of the head sees that the node is gone, or who retires it sees this.
        fence(Ordering::SeqCst);
    }
}
