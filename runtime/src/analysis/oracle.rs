//! The oracle: a sequential full-vector-clock race detector, the reference that everything else is
//! tested against. Clear before fast; what it does is what the engine promises.
//!
//! What orders events is said in [`order`](super::order). On top of it:
//!
//! 1. *Conflict.* Two accesses conflict if they share at least one byte, at least one writes, and not both
//!    are atomic. A read-modify-write is an atomic write. They **race** if they conflict, are of different
//!    strands, and neither happens before the other.
//! 2. *When.* An access is judged against the accesses before it in the trace, after its event's acquire
//!    part and before its release part.
//! 3. *What is kept.* Each byte keeps its accesses but those that a later one *subsumes*: d subsumes c if c
//!    happens before d (or is of the same strand), and whatever conflicts with c's class conflicts with
//!    d's: a non-atomic write covers all four classes, an atomic write the two atomic ones, a non-atomic
//!    read the two reads, an atomic read itself. Nothing else is ever dropped, so if an access races with
//!    any earlier one it races with one that is kept.
//! 4. *Report.* One pair for each kept access that races with the present one, once however many bytes they
//!    share, the lowest of which is the pair's address; in order of the earlier event.
//! 5. *Reset.* Ends the history of its bytes: no access before it races with one after it.
//!
//! Under [`Order::Shb`] and [`Order::ShbExact`] (Mathur, Kini & Viswanathan, "What happens-after the first
//! race?", OOPSLA 2018), which of the races happens-before finds could be seen by a reordering of the
//! program decides. A read that took its value from a racy write must keep doing so, therefore:
//!
//! 6. *Racy reads join.* After it was judged, a read, load or read-modify-write joins, for each of its
//!    bytes, the clock of the last write to the byte that conflicts with it (for an atomic access: the
//!    last non-atomic write, even if an atomic one came after it), if that is not ordered. What is kept of
//!    the access, and what its release part publishes, has this in it. Writes never join. A writer
//!    that has not ticked since has thereby published its clock.
//! 7. *The clock of a write* is its strand's when it wrote, after 6 and before its release part. The
//!    two orders differ in its own component. `ShbExact` is the paper: every write publishes, so a
//!    joiner knows of this write and what was before it. `Shb` publishes as `order` and 6 say, as an
//!    engine with epochs does: a joiner is taken to know of all that the writer did up to its next
//!    tick or, if that comes first, up to the join. So `Shb` folds into the first report some that
//!    `ShbExact` makes on its own.

use super::access::{Access, Class, forget};
use super::clock::VectorClock;
use super::order::HappensBefore;
use super::{Detector, Order, RacePair};
use crate::trace::{Action, Event};
use std::collections::HashMap;
use std::rc::Rc;

/// The reference detector.
#[derive(Debug, Default)]
pub struct Oracle {
    order: Order,
    clocks: HappensBefore,
    bytes: HashMap<u64, Byte>,
}

#[derive(Debug, Default)]
struct Byte {
    /// Accesses that nothing subsumed, by index.
    kept: Vec<Kept>,
    /// The last non-atomic write and the last atomic one; unused under [`Order::Hb`].
    last_writes: [Option<LastWrite>; 2],
}

#[derive(Clone, Copy, Debug)]
struct Kept {
    index: usize,
    slot: usize,
    time: u64,
    class: Class,
}

#[derive(Clone, Debug)]
struct LastWrite {
    index: usize,
    slot: usize,
    time: u64,
    clock: Rc<VectorClock>,
}

impl Oracle {
    /// An oracle that has seen nothing.
    pub fn new(order: Order) -> Self {
        Oracle {
            order,
            ..Oracle::default()
        }
    }

    /// As [`step`](Detector::step); an access that is not to be remembered is judged but not kept.
    pub(super) fn step_and(
        &mut self,
        remember: bool,
        index: usize,
        event: &Event,
        races: &mut Vec<RacePair>,
    ) {
        let slot = self.clocks.enter(event);
        if let Some(access) = Access::of(event.action) {
            self.judge(slot, index, access, races);
            let reads = !matches!(event.action, Action::Write { .. } | Action::Store { .. });
            if reads && self.order != Order::Hb {
                self.join_racy_writes(slot, access);
            }
            if remember {
                self.keep(slot, index, access);
            }
            if access.class.write && self.order == Order::ShbExact {
                self.clocks.publish(slot);
            }
        } else if let Action::Reset { address, size } = event.action {
            forget(&mut self.bytes, address, size);
        }
        self.clocks.leave(event);
    }

    /// Rules 1, 2 and 4.
    fn judge(&self, slot: usize, index: usize, access: Access, races: &mut Vec<RacePair>) {
        let now = self.clocks.clock(slot);
        let first_of_mine = races.len();
        for address in access.bytes() {
            let kept = self.bytes.get(&address).map_or(&[][..], |byte| &byte.kept);
            for earlier in kept {
                if earlier.class.conflicts(access.class)
                    && !now.knows(earlier.slot, earlier.time)
                    && races[first_of_mine..]
                        .iter()
                        .all(|race| race.first != earlier.index)
                {
                    races.push(RacePair {
                        first: earlier.index,
                        second: index,
                        address,
                    });
                }
            }
        }
        races[first_of_mine..].sort_by_key(|race| race.first);
    }

    /// Rule 6.
    fn join_racy_writes(&mut self, slot: usize, access: Access) {
        let mut racy = Vec::new();
        for address in access.bytes() {
            let Some(byte) = self.bytes.get(&address) else {
                continue;
            };
            let [plain, atomic] = &byte.last_writes;
            let atomic = atomic.as_ref().filter(|_| !access.class.atomic);
            let last = plain.iter().chain(atomic).max_by_key(|write| write.index);
            racy.extend(last.filter(|w| !self.clocks.clock(slot).knows(w.slot, w.time)));
        }
        for write in racy {
            self.clocks.join(slot, &write.clock);
            if self.clocks.clock(write.slot).get(write.slot) == write.time {
                self.clocks.publish(write.slot);
            }
        }
    }

    /// Rules 3 and 7.
    fn keep(&mut self, slot: usize, index: usize, access: Access) {
        let Access { class, .. } = access;
        let time = self.clocks.stamp(slot);
        let now = self.clocks.clock(slot);
        let last_write = (class.write && self.order != Order::Hb).then(|| LastWrite {
            index,
            slot,
            time,
            clock: Rc::new(now.clone()),
        });
        for address in access.bytes() {
            let byte = self.bytes.entry(address).or_default();
            byte.kept
                .retain(|c| !(class.covers(c.class) && now.knows(c.slot, c.time)));
            byte.kept.push(Kept {
                index,
                slot,
                time,
                class,
            });
            if last_write.is_some() {
                byte.last_writes[usize::from(class.atomic)].clone_from(&last_write);
            }
        }
    }
}

impl Detector for Oracle {
    fn name(&self) -> &'static str {
        "oracle"
    }

    fn step(&mut self, index: usize, event: &Event, races: &mut Vec<RacePair>) {
        self.step_and(true, index, event, races);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::closure::Closure;
    use crate::analysis::random::Program;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn oracle(events: &[Event], order: Order) -> Vec<RacePair> {
        let mut oracle = Oracle::new(order);
        let mut races = Vec::new();
        for (index, event) in events.iter().enumerate() {
            oracle.step(index, event, &mut races);
        }
        races
    }

    /// Programs from those with little order to those with much, so that neither verdict is rare.
    fn program() -> impl Strategy<Value = Program> {
        let knobs = (any::<u64>(), 2usize..6, 0.0..1.0);
        knobs.prop_map(|(seed, live, discipline)| Program {
            seed,
            live,
            discipline,
            ..Program::default()
        })
    }

    fn agrees_with_closure(events: &[Event], order: Order) -> Result<(), TestCaseError> {
        let expected = Closure::of(events, order).pairs();
        let found = oracle(events, order);
        let pairs: BTreeSet<_> = found.iter().map(|race| (race.first, race.second)).collect();
        prop_assert_eq!(pairs.len(), found.len(), "a pair is reported once");
        prop_assert!(
            pairs.is_subset(&expected),
            "{:?}",
            pairs.difference(&expected)
        );
        let seconds = |pairs: &BTreeSet<(usize, usize)>| -> BTreeSet<usize> {
            pairs.iter().map(|pair| pair.1).collect()
        };
        prop_assert_eq!(seconds(&pairs), seconds(&expected));
        Ok(())
    }

    proptest! {
        #[test]
        fn hb_agrees_with_the_closure(program in program(), length in 1usize..200) {
            let events: Vec<Event> = program.events().take(length).collect();
            agrees_with_closure(&events, Order::Hb)?;
        }

        #[test]
        fn exact_shb_agrees_with_the_closure(program in program(), length in 1usize..200) {
            let events: Vec<Event> = program.events().take(length).collect();
            agrees_with_closure(&events, Order::ShbExact)?;
        }

        #[test]
        fn the_first_race_is_the_same_in_all_orders(program in program(), length in 1usize..200) {
            let events: Vec<Event> = program.events().take(length).collect();
            let first = |order| oracle(&events, order).first().map(|race| race.second);
            prop_assert_eq!(first(Order::Hb), first(Order::Shb));
            prop_assert_eq!(first(Order::Hb), first(Order::ShbExact));
        }

        #[test]
        fn shb_reports_only_what_hb_does(program in program(), length in 1usize..200) {
            let events: Vec<Event> = program.events().take(length).collect();
            let seconds = |order| -> BTreeSet<usize> {
                oracle(&events, order).iter().map(|race| race.second).collect()
            };
            let hb = seconds(Order::Hb);
            prop_assert!(seconds(Order::ShbExact).is_subset(&hb));
            prop_assert!(seconds(Order::Shb).is_subset(&hb));
        }
    }

    #[test]
    fn both_verdicts_are_common_in_the_random_programs() {
        let (mut racy, mut clean) = (0, 0);
        for seed in 0..20 {
            let events: Vec<_> = Program::default().seed(seed).events().take(2_000).collect();
            let seconds: BTreeSet<_> = oracle(&events, Order::Hb)
                .iter()
                .map(|race| race.second)
                .collect();
            racy += seconds.len();
            clean += events
                .iter()
                .filter(|e| Access::of(e.action).is_some())
                .count()
                - seconds.len();
        }
        assert!(
            racy > 1_000 && clean > 1_000,
            "{racy} racy accesses, {clean} clean ones"
        );
    }

    #[test]
    #[ignore = "minutes; run with --release -- --ignored"]
    fn ten_million_events_are_managed() {
        let mut oracle = Oracle::new(Order::Shb);
        let mut races = Vec::new();
        let mut found = 0;
        for (index, event) in Program::default()
            .seed(1)
            .events()
            .take(10_000_000)
            .enumerate()
        {
            oracle.step(index, &event, &mut races);
            found += races.drain(..).count();
        }
        assert!(found > 0);
    }
}
