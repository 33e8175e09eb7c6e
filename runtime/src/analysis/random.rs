//! Random programs, run sequentially: valid traces of any length, from a seed.
//!
//! For property tests of detectors against one another. A trace is what some interleaving of a correct use
//! of threads and locks could have done: a strand starts after its fork and is joined after its end, at most
//! once; an exclusive lock has one holder and no readers; a strand gives back only what it holds. On data
//! there is no such discipline but what [`Program::discipline`] makes likely: racing is what they are for.
//!
//! Data lies in regions of [`Program::region`] bytes, one for each lock and each live strand, side by side so
//! that wide accesses cross them. With probability `discipline` an access goes to the region of a lock that
//! its strand holds, or, if it holds none, to a region that is its own; else anywhere. A strand that
//! inherits the region of one that ended may race with it: it depends on who joined and who forked. Atomics
//! are 8 aligned bytes each, beyond the data; now and then one lies in the data.

use crate::trace::{Action, Event, Order, StrandId};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};

/// What the random programs are like. Set the fields, then [`seed`](Self::seed) and
/// [`events`](Self::events).
///
/// ```
/// use fidge::analysis::random::Program;
///
/// let program = Program { live: 3, ..Program::default() };
/// let events: Vec<_> = program.seed(42).events().take(1_000).collect();
/// assert_eq!(events, program.seed(42).events().take(1_000).collect::<Vec<_>>());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Where chance starts.
    pub seed: u64,
    /// How many strands run at once, at most; at least 1.
    pub live: usize,
    /// How many strands there are in all, at most. When they are used up, no more end.
    pub strands: StrandId,
    /// How many locks; also how many sync clocks.
    pub locks: u64,
    /// How many atomics.
    pub atomics: u64,
    /// Bytes of a region; at least 1.
    pub region: u64,
    /// How likely an access keeps to its region, 0 to 1.
    pub discipline: f64,
    /// How often each kind of event is tried.
    pub weights: Weights,
}

/// How often each kind of event is tried, relative to the others. What cannot be done when its turn comes
/// (no lock is free, no strand has ended) becomes an access.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "named after what they weigh")]
pub struct Weights {
    pub access: u32,
    /// Accesses of up to 64 bytes.
    pub range: u32,
    pub atomic: u32,
    pub fence: u32,
    /// Exclusive locks and shared ones.
    pub lock: u32,
    pub unlock: u32,
    /// Acquire, release and release-join of a sync clock.
    pub sync: u32,
    pub fork: u32,
    /// A strand ends. Makes no event; it can be joined from then on.
    pub end: u32,
    pub join: u32,
    pub reset: u32,
    /// Begin and end of atomic blocks.
    pub block: u32,
}

impl Default for Weights {
    fn default() -> Self {
        Weights {
            access: 100,
            range: 4,
            atomic: 30,
            fence: 8,
            lock: 25,
            unlock: 25,
            sync: 4,
            fork: 6,
            end: 3,
            join: 6,
            reset: 2,
            block: 2,
        }
    }
}

impl Default for Program {
    fn default() -> Self {
        Program {
            seed: 0,
            live: 5,
            strands: 40,
            locks: 3,
            atomics: 3,
            region: 24,
            discipline: 0.9,
            weights: Weights::default(),
        }
    }
}

/// Where data begins; nothing special about it.
const BASE: u64 = 0x1000;
/// A strand holds no more locks at once.
const MOST_HELD: usize = 3;

impl Program {
    /// The same program from another seed.
    pub fn seed(self, seed: u64) -> Self {
        Program { seed, ..self }
    }

    /// The events; there is no last one. Holds the state of the program only, however many are taken.
    pub fn events(&self) -> Events {
        let program = Program {
            live: self.live.max(1),
            region: self.region.max(1),
            ..*self
        };
        Events {
            program,
            chance: StdRng::seed_from_u64(self.seed),
            live: vec![Strand {
                id: 0,
                place: 0,
                held: Vec::new(),
                blocks: 0,
            }],
            ended: Vec::new(),
            forked: 1,
            made: 0,
            last: 0,
        }
    }
}

/// The events of a [`Program`], without end.
#[derive(Debug)]
pub struct Events {
    program: Program,
    chance: StdRng,
    live: Vec<Strand>,
    /// Ended and not joined.
    ended: Vec<StrandId>,
    forked: StrandId,
    made: u32,
    /// Whose turn was last, as an index into `live`.
    last: usize,
}

#[derive(Clone, Debug)]
struct Strand {
    id: StrandId,
    /// Which of the strands' regions is its own.
    place: u64,
    /// Locks held, and whether shared.
    held: Vec<(u64, bool)>,
    /// Atomic blocks it is in.
    blocks: u32,
}

impl Iterator for Events {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        // A strand goes on for a while, as on a machine.
        if self.last >= self.live.len() || self.chance.random_bool(0.3) {
            self.last = self.chance.random_range(0..self.live.len());
        }
        let action = self.action();
        let strand = self.live[self.last].id;
        let site = self.made;
        self.made = self.made.wrapping_add(1);
        Some(Event {
            strand,
            action,
            site,
        })
    }
}

impl Events {
    fn action(&mut self) -> Action {
        let w = self.program.weights;
        type Try = fn(&mut Events) -> Option<Action>;
        let choices: [(u32, Try); 12] = [
            (w.access, |events| Some(events.access(16))),
            (w.range, |events| Some(events.access(64))),
            (w.atomic, Events::atomic),
            (w.fence, Events::fence),
            (w.lock, Events::lock),
            (w.unlock, Events::unlock),
            (w.sync, Events::sync),
            (w.fork, Events::fork),
            (w.end, Events::end),
            (w.join, Events::join),
            (w.reset, Events::reset),
            (w.block, Events::block),
        ];
        let sum: u32 = choices.iter().map(|(weight, _)| weight).sum();
        let mut ticket = self.chance.random_range(0..sum.max(1));
        let chosen = choices.iter().find(|(weight, _)| {
            let mine = ticket < *weight;
            ticket = ticket.saturating_sub(*weight);
            mine
        });
        chosen
            .and_then(|(_, attempt)| attempt(self))
            .unwrap_or_else(|| self.access(16))
    }

    fn me(&mut self) -> &mut Strand {
        &mut self.live[self.last]
    }

    /// How many regions: one for each lock and each place of a live strand.
    fn regions(&self) -> u64 {
        self.program.locks + self.program.live as u64
    }

    fn data_address(&mut self) -> u64 {
        let Strand {
            place, ref held, ..
        } = self.live[self.last];
        let own = match held.choose(&mut self.chance) {
            Some((lock, _)) => *lock,
            None => self.program.locks + place,
        };
        let keeps = self
            .chance
            .random_bool(self.program.discipline.clamp(0.0, 1.0));
        let region = if keeps {
            own
        } else {
            self.chance.random_range(0..self.regions())
        };
        BASE + region * self.program.region + self.chance.random_range(0..self.program.region)
    }

    fn access(&mut self, widest: u32) -> Action {
        let mut address = self.data_address();
        let size = if widest <= 16 {
            1 << self.chance.random_range(0..5)
        } else {
            self.chance.random_range(1..=widest)
        };
        // Mostly aligned, as compilers do.
        if widest <= 16 && self.chance.random_bool(0.7) {
            address -= address % u64::from(size);
        }
        if self.chance.random_bool(0.4) {
            Action::Write { address, size }
        } else {
            Action::Read { address, size }
        }
    }

    /// One of the atomics; there is at least one.
    fn atomic_address(&mut self) -> u64 {
        let data = (self.regions() * self.program.region).next_multiple_of(64) + 64;
        BASE + data + 8 * self.chance.random_range(0..self.program.atomics)
    }

    fn atomic(&mut self) -> Option<Action> {
        let (address, size) = if self.program.atomics == 0 || self.chance.random_bool(0.05) {
            let size = 1 << self.chance.random_range(0..4);
            let address = self.data_address();
            (address - address % u64::from(size), size)
        } else {
            (self.atomic_address(), 8)
        };
        Some(match self.chance.random_range(0..3) {
            0 => {
                let order = self.order(&[Order::Relaxed, Order::Acquire, Order::SeqCst]);
                Action::Load {
                    address,
                    size,
                    order,
                }
            }
            1 => {
                let order = self.order(&[Order::Relaxed, Order::Release, Order::SeqCst]);
                Action::Store {
                    address,
                    size,
                    order,
                }
            }
            _ => {
                let order = self.order(&[
                    Order::Relaxed,
                    Order::Acquire,
                    Order::Release,
                    Order::AcqRel,
                    Order::SeqCst,
                ]);
                Action::Rmw {
                    address,
                    size,
                    order,
                }
            }
        })
    }

    fn order(&mut self, choices: &[Order]) -> Order {
        // The relaxed ones come first: what they do and do not is the harder part.
        if self.chance.random_bool(0.3) {
            choices[0]
        } else {
            choices[self.chance.random_range(0..choices.len())]
        }
    }

    fn fence(&mut self) -> Option<Action> {
        let order = self.order(&[Order::Acquire, Order::Release, Order::AcqRel, Order::SeqCst]);
        Some(Action::Fence { order })
    }

    fn lock(&mut self) -> Option<Action> {
        if self.program.locks == 0 || self.live[self.last].held.len() >= MOST_HELD {
            return None;
        }
        let object = self.chance.random_range(0..self.program.locks);
        let shared = self.chance.random_bool(0.4);
        if self.live[self.last]
            .held
            .iter()
            .any(|(held, _)| *held == object)
        {
            return None;
        }
        let mut holders = self.live.iter().flat_map(|strand| &strand.held);
        if holders.any(|(held, held_shared)| *held == object && !(shared && *held_shared)) {
            return None;
        }
        self.me().held.push((object, shared));
        Some(Action::Lock { object, shared })
    }

    fn unlock(&mut self) -> Option<Action> {
        let holds = self.live[self.last].held.len();
        if holds == 0 {
            return None;
        }
        let which = self.chance.random_range(0..holds);
        let (object, shared) = self.me().held.swap_remove(which);
        Some(Action::Unlock { object, shared })
    }

    fn sync(&mut self) -> Option<Action> {
        if self.program.locks == 0 {
            return None;
        }
        let object = self.chance.random_range(0..self.program.locks);
        Some(match self.chance.random_range(0..3) {
            0 => Action::Acquire { object },
            1 => Action::Release { object },
            _ => Action::ReleaseJoin { object },
        })
    }

    fn fork(&mut self) -> Option<Action> {
        if self.live.len() >= self.program.live || self.forked >= self.program.strands {
            return None;
        }
        let child = self.forked;
        self.forked += 1;
        let taken = |place: &u64| self.live.iter().any(|strand| strand.place == *place);
        let place = (0..)
            .find(|place| !taken(place))
            .expect("fewer strands than numbers");
        self.live.push(Strand {
            id: child,
            place,
            held: Vec::new(),
            blocks: 0,
        });
        Some(Action::Fork { child })
    }

    /// Ends a strand other than the present one; the present one makes the event.
    fn end(&mut self) -> Option<Action> {
        let which = self.chance.random_range(0..self.live.len());
        let Strand {
            id,
            ref held,
            blocks,
            ..
        } = self.live[which];
        let may = held.is_empty() && blocks == 0 && which != self.last && id != 0;
        if may && self.forked < self.program.strands {
            let me = self.live[self.last].id;
            self.ended.push(self.live.swap_remove(which).id);
            self.last = self
                .live
                .iter()
                .position(|strand| strand.id == me)
                .expect("still live");
        }
        None
    }

    fn join(&mut self) -> Option<Action> {
        if self.ended.is_empty() {
            return None;
        }
        let which = self.chance.random_range(0..self.ended.len());
        Some(Action::Join {
            child: self.ended.swap_remove(which),
        })
    }

    fn reset(&mut self) -> Option<Action> {
        if self.program.atomics > 0 && self.chance.random_bool(0.3) {
            return Some(Action::Reset {
                address: self.atomic_address(),
                size: 8,
            });
        }
        let address = self.data_address() & !7;
        let size = 8 * self.chance.random_range(1..=4);
        Some(Action::Reset { address, size })
    }

    fn block(&mut self) -> Option<Action> {
        let ends = self.chance.random_bool(0.5);
        let blocks = &mut self.me().blocks;
        if ends {
            *blocks = blocks.checked_sub(1)?;
            Some(Action::End)
        } else if *blocks < 2 {
            *blocks += 1;
            Some(Action::Begin)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// What a valid trace has to keep to, checked without the generator's own state.
    fn check(events: &[Event]) -> Result<(), TestCaseError> {
        let mut live = BTreeSet::from([0]);
        let mut joined = BTreeSet::new();
        let mut holders: BTreeMap<u64, Vec<(StrandId, bool)>> = BTreeMap::new();
        for Event { strand, action, .. } in events {
            prop_assert!(
                live.contains(strand),
                "{strand} runs before its fork or after its join"
            );
            match *action {
                Action::Fork { child } => {
                    prop_assert!(live.insert(child) && !joined.contains(&child));
                }
                Action::Join { child } => {
                    prop_assert!(child != *strand && live.remove(&child) && joined.insert(child));
                    prop_assert!(holders.values().flatten().all(|holder| holder.0 != child));
                }
                Action::Lock { object, shared } => {
                    let holders = holders.entry(object).or_default();
                    prop_assert!(holders.iter().all(|holder| shared && holder.1));
                    holders.push((*strand, shared));
                }
                Action::Unlock { object, shared } => {
                    let holders = holders.entry(object).or_default();
                    let mine = holders
                        .iter()
                        .position(|holder| *holder == (*strand, shared));
                    prop_assert!(mine.is_some());
                    holders.remove(mine.unwrap());
                }
                _ => {}
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn every_trace_is_valid(seed: u64, live in 1usize..8, length in 0usize..1_000) {
            let program = Program { live, ..Program::default() };
            check(&program.seed(seed).events().take(length).collect::<Vec<_>>())?;
        }
    }

    #[test]
    fn every_kind_of_event_comes_about() {
        let events = Program::default().seed(3).events().take(5_000);
        let kinds: BTreeSet<String> = events
            .map(|event| format!("{:?}", event.action))
            .map(|text| text.split(' ').next().unwrap().into())
            .collect();
        let all = "Acquire Begin End Fence Fork Join Load Lock Read Release ReleaseJoin Reset Rmw \
                   Store Unlock Write";
        assert_eq!(
            kinds
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(" "),
            all
        );
    }

    #[test]
    fn every_order_and_size_comes_about() {
        let (mut orders, mut sizes, mut unaligned) = (BTreeSet::new(), BTreeSet::new(), 0);
        for event in Program::default().seed(4).events().take(20_000) {
            match event.action {
                Action::Load { size, order, .. } => {
                    orders.insert(format!("load {order:?}"));
                    sizes.insert(("atomic", size));
                }
                Action::Store { size, order, .. } => {
                    orders.insert(format!("store {order:?}"));
                    sizes.insert(("atomic", size));
                }
                Action::Rmw { size, order, .. } => {
                    orders.insert(format!("rmw {order:?}"));
                    sizes.insert(("atomic", size));
                }
                Action::Fence { order } => {
                    orders.insert(format!("fence {order:?}"));
                }
                Action::Read { address, size } | Action::Write { address, size } => {
                    sizes.insert(("plain", size));
                    unaligned += usize::from(address % u64::from(size) != 0);
                }
                _ => {}
            }
        }
        // Three of a load, three of a store, five of a read-modify-write, four of a fence.
        assert_eq!(orders.len(), 3 + 3 + 5 + 4, "{orders:?}");
        for size in [("atomic", 1), ("atomic", 2), ("atomic", 4), ("atomic", 8)] {
            assert!(sizes.contains(&size), "{size:?}");
        }
        assert!((1..=64).all(|size| sizes.contains(&("plain", size))));
        assert!(unaligned > 1_000);
    }

    #[test]
    fn nothing_but_accesses_where_nothing_else_can_be_done() {
        let program = Program {
            live: 1,
            strands: 1,
            locks: 0,
            atomics: 0,
            ..Program::default()
        };
        for event in program.seed(1).events().take(2_000) {
            let lock = matches!(event.action, Action::Lock { .. } | Action::Unlock { .. });
            let strand = matches!(event.action, Action::Fork { .. } | Action::Join { .. });
            assert!(!lock && !strand, "{event:?}");
        }
    }
}
