//! Happens-before once more, as a graph: an independent definition in another style, for tests.
//!
//! No clocks, no pruning. [`Closure::edge`] says for any two events whether one directly happens before
//! the other, in the words of C++20 (sequenced before; synchronises with; release sequence; fences by
//! their hypothetical release sequences); the rest is transitive closure. Cubic in time: for traces of
//! some hundred events.

use super::Order;
use super::access::Access;
use crate::trace::{Action, Event};
use std::collections::BTreeSet;

/// A small trace, closed.
pub(crate) struct Closure<'a> {
    trace: &'a [Event],
    /// `judged[i][j]`: j happens before i at the moment i's access is judged.
    judged: Vec<Vec<bool>>,
}

impl<'a> Closure<'a> {
    /// Closes `trace`. [`Order::Shb`] speaks of ticks, so it has no such definition.
    pub fn of(trace: &'a [Event], order: Order) -> Closure<'a> {
        assert_ne!(order, Order::Shb);
        let mut closure = Closure {
            trace,
            judged: Vec::new(),
        };
        let mut before: Vec<Vec<bool>> = Vec::new();
        for i in 0..trace.len() {
            let mut mine = vec![false; trace.len()];
            for j in (0..i).filter(|j| closure.edge(*j, i)) {
                add(&mut mine, j, &before[j]);
            }
            closure.judged.push(mine.clone());
            if order == Order::ShbExact {
                for j in closure.reads_from(i) {
                    add(&mut mine, j, &before[j]);
                }
            }
            before.push(mine);
        }
        closure
    }

    /// All racing pairs.
    pub fn pairs(&self) -> BTreeSet<(usize, usize)> {
        let all = (0..self.trace.len()).flat_map(|i| (0..i).map(move |j| (j, i)));
        all.filter(|(j, i)| self.races(*j, *i)).collect()
    }

    fn races(&self, j: usize, i: usize) -> bool {
        let (Some(one), Some(other)) = (self.access(j), self.access(i)) else {
            return false;
        };
        self.trace[j].strand != self.trace[i].strand
            && one.class.conflicts(other.class)
            && !self.judged[i][j]
            && other
                .bytes()
                .any(|byte| one.bytes().any(|b| b == byte) && !self.ends(byte, j, i))
    }

    fn access(&self, i: usize) -> Option<Access> {
        Access::of(self.trace[i].action)
    }

    /// Whether the byte's history ends somewhere between two events.
    fn ends(&self, byte: u64, j: usize, i: usize) -> bool {
        self.trace[j..i].iter().any(|event| match event.action {
            Action::Reset { address, size } => byte >= address && byte - address < size.into(),
            _ => false,
        })
    }

    /// Whether event j directly happens before the later event i.
    fn edge(&self, j: usize, i: usize) -> bool {
        let (earlier, later) = (&self.trace[j], &self.trace[i]);
        if earlier.strand == later.strand {
            return true; // sequenced before
        }
        match (earlier.action, later.action) {
            (Action::Fork { child }, _) if child == later.strand => true,
            (_, Action::Join { child }) if child == earlier.strand => true,
            // A strand may have no event of its own.
            (Action::Fork { child: one }, Action::Join { child: other }) if one == other => true,
            (
                Action::Unlock {
                    object: one,
                    shared: released_shared,
                },
                Action::Lock {
                    object: other,
                    shared: acquired_shared,
                },
            ) => one == other && !(released_shared && acquired_shared),
            (_, Action::Acquire { object }) => self.releases(object, i).contains(&j),
            (_, Action::Load { order, .. } | Action::Rmw { order, .. }) if order.acquires() => {
                self.release_heads(i).contains(&j)
            }
            (_, Action::Fence { order }) if order.acquires() => (0..i)
                .filter(|read| self.trace[*read].strand == later.strand)
                .any(|read| self.release_heads(read).contains(&j)),
            _ => false,
        }
    }

    /// The releases that an acquire of a sync clock at i takes up: back to the last that replaced.
    fn releases(&self, object: u64, i: usize) -> Vec<usize> {
        let mut found = Vec::new();
        for j in (0..i).rev() {
            match self.trace[j].action {
                Action::ReleaseJoin { object: o } if o == object => found.push(j),
                Action::Release { object: o } if o == object => {
                    found.push(j);
                    break;
                }
                _ => {}
            }
        }
        found
    }

    /// What the atomic read at i would synchronise with if it acquired: each release operation, and each
    /// release fence before a write, whose (hypothetical) release sequence i reads from.
    fn release_heads(&self, i: usize) -> Vec<usize> {
        let (Action::Load { address, size, .. } | Action::Rmw { address, size, .. }) =
            self.trace[i].action
        else {
            return Vec::new();
        };
        let mut heads = Vec::new();
        for j in (0..i).rev() {
            let (order, continues) = match self.trace[j].action {
                Action::Store {
                    address: a,
                    size: s,
                    order,
                } if (a, s) == (address, size) => (order, false),
                Action::Rmw {
                    address: a,
                    size: s,
                    order,
                } if (a, s) == (address, size) => (order, true),
                Action::Reset {
                    address: a,
                    size: s,
                } if a < address + u64::from(size) && address < a + u64::from(s) => {
                    break;
                }
                _ => continue,
            };
            if order.releases() {
                heads.push(j);
            }
            heads.extend((0..j).rev().find(|f| {
                self.trace[*f].strand == self.trace[j].strand
                    && matches!(self.trace[*f].action, Action::Fence { order } if order.releases())
            }));
            if !continues {
                break;
            }
        }
        heads
    }

    /// The writes that a read takes its bytes from, as far as they conflict with it.
    fn reads_from(&self, i: usize) -> Vec<usize> {
        if matches!(
            self.trace[i].action,
            Action::Write { .. } | Action::Store { .. }
        ) {
            return Vec::new();
        }
        let Some(read) = self.access(i) else {
            return Vec::new();
        };
        let from = |byte: u64| {
            (0..i).rev().find(|j| {
                self.access(*j).is_some_and(|write| {
                    write.class.write
                        && write.class.conflicts(read.class)
                        && write.bytes().any(|b| b == byte)
                        && !self.ends(byte, *j, i)
                })
            })
        };
        read.bytes().filter_map(from).collect()
    }
}

/// Event j, and all before it, are before me.
fn add(mine: &mut [bool], j: usize, before: &[bool]) {
    mine[j] = true;
    for (mine, theirs) in mine.iter_mut().zip(before) {
        *mine |= theirs;
    }
}
