//! Happens-before edges: from which event to which the order of a trace goes.
//!
//! The rules are those of [`fidge::analysis::order`], told in sources instead of clocks: each
//! object remembers the last event of each strand whose past it carries, and an event that
//! takes the object's clock up gets an edge from each. An edge that says no more than an earlier one
//! from the same strand to the same strand is left out, as are those within a strand.

use fidge::trace::{Action, Event, ObjectId, Order, StrandId};
use std::collections::{BTreeMap, HashMap};

/// The last event of each strand that something carries.
type Sources = BTreeMap<StrandId, usize>;

/// An edge between the events with these indices, the earlier first.
pub type Edge = (usize, usize);

#[derive(Default)]
struct Lock {
    exclusive: Sources,
    shared: Sources,
}

#[derive(Default)]
struct Strand {
    last: Option<usize>,
    /// Who forked it and at which event, until its first own.
    fork: Option<(StrandId, usize)>,
    /// What its relaxed loads read from.
    pending: Sources,
    /// Its last release fence.
    fence: Option<usize>,
    /// Up to where it has an edge from each other strand.
    known: Sources,
}

#[derive(Default)]
struct HappensBefore {
    strands: HashMap<StrandId, Strand>,
    locks: HashMap<ObjectId, Lock>,
    syncs: HashMap<ObjectId, Sources>,
    atomics: HashMap<(u64, u32), Sources>,
}

/// All edges of the events, in order of their later ends.
pub fn edges(events: &[Event]) -> Vec<Edge> {
    let mut order = HappensBefore::default();
    let mut edges = Vec::new();
    for (index, event) in events.iter().enumerate() {
        let sources = order.taken_up(event);
        let strand = order.strands.entry(event.strand).or_default();
        for (from, source) in sources {
            let known = strand.known.entry(from).or_default();
            // One more than the index, so that 0 is none.
            if from != event.strand && *known <= source {
                *known = source + 1;
                edges.push((source, index));
            }
        }
        strand.last = Some(index);
        order.leave(index, event);
    }
    edges
}

impl HappensBefore {
    /// What happens before the event, by way of what it does.
    fn taken_up(&mut self, event: &Event) -> Sources {
        let strand = self.strands.entry(event.strand).or_default();
        let mut sources = Sources::new();
        sources.extend(strand.fork.take());
        match event.action {
            Action::Join { child } => {
                let last = self.strands.get(&child).and_then(|child| child.last);
                sources.extend(last.map(|last| (child, last)));
            }
            Action::Lock { object, shared } => {
                let lock = self.locks.entry(object).or_default();
                join(&mut sources, &lock.exclusive);
                if !shared {
                    join(&mut sources, &lock.shared);
                }
            }
            Action::Acquire { object } => {
                join(&mut sources, self.syncs.entry(object).or_default());
            }
            Action::Load {
                address,
                size,
                order,
            }
            | Action::Rmw {
                address,
                size,
                order,
            } => {
                let carried = self.atomics.entry((address, size)).or_default();
                if order.acquires() {
                    join(&mut sources, carried);
                } else {
                    join(&mut strand.pending, carried);
                }
            }
            Action::Fence { order } if order.acquires() => join(&mut sources, &strand.pending),
            _ => {}
        }
        sources
    }

    /// What others may take up from the event.
    fn leave(&mut self, index: usize, event: &Event) {
        let me = event.strand;
        let mine = || Sources::from([(me, index)]);
        match event.action {
            Action::Fork { child } => {
                self.strands.entry(child).or_default().fork = Some((me, index));
            }
            Action::Unlock { object, shared } => {
                let lock = self.locks.entry(object).or_default();
                if shared {
                    lock.shared.insert(me, index);
                } else {
                    lock.exclusive = mine();
                }
            }
            Action::Release { object } => {
                self.syncs.insert(object, mine());
            }
            Action::ReleaseJoin { object } => {
                self.syncs.entry(object).or_default().insert(me, index);
            }
            Action::Store {
                address,
                size,
                order,
            } => {
                let published = self.published(index, me, order);
                self.atomics.insert((address, size), published);
            }
            Action::Rmw {
                address,
                size,
                order,
            } => {
                let published = self.published(index, me, order);
                join(self.atomics.entry((address, size)).or_default(), &published);
            }
            Action::Fence { order } if order.releases() => {
                self.strands.entry(me).or_default().fence = Some(index);
            }
            Action::Reset { address, size } => {
                let end = address.saturating_add(size.into());
                self.atomics.retain(|(start, width), _| {
                    *start >= end || start + u64::from(*width) <= address
                });
            }
            _ => {}
        }
    }

    /// What an atomic write of this order carries on: itself, or its strand's last release fence.
    fn published(&self, index: usize, me: StrandId, order: Order) -> Sources {
        let source = if order.releases() {
            Some(index)
        } else {
            self.strands.get(&me).and_then(|strand| strand.fence)
        };
        source.map(|source| (me, source)).into_iter().collect()
    }
}

fn join(into: &mut Sources, from: &Sources) {
    for (strand, index) in from {
        let latest = into.entry(*strand).or_insert(*index);
        *latest = (*latest).max(*index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(actions: &[(StrandId, Action)]) -> Vec<Event> {
        let event = |(strand, action): &(StrandId, Action)| Event {
            strand: *strand,
            action: *action,
            site: 0,
        };
        actions.iter().map(event).collect()
    }

    fn store(order: Order) -> Action {
        Action::Store {
            address: 8,
            size: 8,
            order,
        }
    }

    fn load(order: Order) -> Action {
        Action::Load {
            address: 8,
            size: 8,
            order,
        }
    }

    #[test]
    fn fork_and_join_are_edges() {
        let read = Action::Read {
            address: 64,
            size: 8,
        };
        let trace = [
            (1, Action::Fork { child: 2 }),
            (2, read),
            (1, Action::Join { child: 2 }),
        ];
        assert_eq!(edges(&events(&trace)), [(0, 1), (1, 2)]);
    }

    #[test]
    fn a_lock_is_an_edge_from_its_last_release() {
        let lock = |shared| Action::Lock { object: 5, shared };
        let unlock = |shared| Action::Unlock { object: 5, shared };
        let exclusive = [(1, lock(false)), (1, unlock(false)), (2, lock(false))];
        assert_eq!(edges(&events(&exclusive)), [(1, 2)]);
        let shared = [
            (1, lock(true)),
            (1, unlock(true)),
            (2, lock(true)),
            (3, lock(false)),
        ];
        assert_eq!(edges(&events(&shared)), [(1, 3)]);
    }

    #[test]
    fn only_release_and_acquire_make_an_edge_of_an_atomic() {
        let (release, acquire, relaxed) = (Order::Release, Order::Acquire, Order::Relaxed);
        let both = |s, l| edges(&events(&[(1, store(s)), (2, load(l))]));
        assert_eq!(both(release, acquire), [(0, 1)]);
        assert_eq!(both(relaxed, acquire), []);
        assert_eq!(both(release, relaxed), []);
    }

    #[test]
    fn a_relaxed_store_cuts_and_fences_bridge() {
        let (release, acquire, relaxed) = (Order::Release, Order::Acquire, Order::Relaxed);
        let cut = [(1, store(release)), (3, store(relaxed)), (2, load(acquire))];
        assert_eq!(edges(&events(&cut)), []);
        let fence = |order| Action::Fence { order };
        let fenced = [
            (1, fence(release)),
            (1, store(relaxed)),
            (2, load(relaxed)),
            (2, fence(acquire)),
        ];
        assert_eq!(edges(&events(&fenced)), [(0, 3)]);
    }

    #[test]
    fn an_edge_that_says_nothing_new_is_left_out() {
        let (release, acquire) = (Order::Release, Order::Acquire);
        let twice = [(1, store(release)), (2, load(acquire)), (2, load(acquire))];
        assert_eq!(edges(&events(&twice)), [(0, 1)]);
    }
}
