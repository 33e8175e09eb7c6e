//! Lowering: a trace in the words that other people's tools have, reads, writes, exclusive locks, forks
//! and joins ([`rapid`](super::rapid)). Lossy, so only ever done when asked for, and counted.
//!
//! What becomes of each event the format has no word for:
//!
//! 1. *Bytes to variables.* Memory is cut wherever an access or a reset of the trace begins or ends. An
//!    access becomes one event for each piece it covers, a piece being one variable. Nothing is lost.
//! 2. *A reset* ends its pieces' variables: later accesses to them are to new variables, with numbers
//!    above all addresses of the trace. Nothing is lost.
//! 3. *Atomics.* An atomic access becomes a critical section of a lock that belongs to its bytes, with
//!    the read, the write, or both inside. Atomics that overlap share a lock.
//! 4. *Fences* are dropped: by 3 each relaxed access orders as much as its fence would have made it.
//! 5. *Sync clocks* become locks: acquire, release and release-join are each an empty critical section.
//! 6. *Shared locks.* Taking or giving back a lock in shared mode becomes an empty critical section of it.
//!    (It cannot be held in between: the format's locks have one holder.)
//!
//! By 3 to 6 the lowered trace has more order than the program, never less. So, under happens-before, a
//! race found in it is a race of the original; some of the original's may be hidden. For analyses that
//! reorder critical sections nothing is promised.

use super::{Action, Event, ObjectId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A lowered trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowered {
    /// Its events, all of which [`rapid::Writer`](super::rapid::Writer) takes.
    pub events: Vec<Event>,
    /// For each of them, the index of the original event.
    pub origin: Vec<usize>,
    /// How many events of the original were lowered, i.e. not kept as they were.
    pub count: usize,
}

/// Lowers a trace. See the module for what is lost.
pub fn lower(trace: &[Event]) -> Lowered {
    let mut pieces = Pieces::of(trace);
    let mut locks = Locks::of(trace);
    let mut lowered = Lowered {
        events: Vec::new(),
        origin: Vec::new(),
        count: 0,
    };
    for (index, event) in trace.iter().enumerate() {
        let actions = lower_one(event.action, &mut pieces, &mut locks);
        lowered.count += usize::from(actions != [event.action]);
        lowered.origin.extend(actions.iter().map(|_| index));
        lowered
            .events
            .extend(actions.into_iter().map(|action| Event { action, ..*event }));
    }
    lowered
}

fn lower_one(action: Action, pieces: &mut Pieces, locks: &mut Locks) -> Vec<Action> {
    match action {
        Action::Read { address, size } => pieces.reads(address, size),
        Action::Write { address, size } => pieces.writes(address, size),
        Action::Load { address, size, .. } => {
            critical(locks.atomic(address), pieces.reads(address, size))
        }
        Action::Store { address, size, .. } => {
            critical(locks.atomic(address), pieces.writes(address, size))
        }
        Action::Rmw { address, size, .. } => {
            let both = [pieces.reads(address, size), pieces.writes(address, size)].concat();
            critical(locks.atomic(address), both)
        }
        Action::Fence { .. } => Vec::new(),
        Action::Acquire { object }
        | Action::Release { object }
        | Action::ReleaseJoin { object } => critical(locks.sync(object), Vec::new()),
        Action::Lock {
            object,
            shared: true,
        }
        | Action::Unlock {
            object,
            shared: true,
        } => critical(object, Vec::new()),
        Action::Reset { address, size } => {
            pieces.reset(address, size);
            Vec::new()
        }
        Action::Lock { .. }
        | Action::Unlock { .. }
        | Action::Fork { .. }
        | Action::Join { .. }
        | Action::Begin
        | Action::End => vec![action],
    }
}

fn critical(object: ObjectId, inside: Vec<Action>) -> Vec<Action> {
    let mut actions = vec![Action::Lock {
        object,
        shared: false,
    }];
    actions.extend(inside);
    actions.push(Action::Unlock {
        object,
        shared: false,
    });
    actions
}

/// Memory, cut where any access or reset begins or ends.
struct Pieces {
    cuts: BTreeSet<u64>,
    /// Pieces that were reset, by first byte, and the variable they are now.
    renamed: HashMap<u64, u64>,
    next: u64,
}

impl Pieces {
    fn of(trace: &[Event]) -> Pieces {
        let mut cuts = BTreeSet::new();
        for event in trace {
            if let Some((address, size)) = bytes(event.action).filter(|(_, size)| *size > 0) {
                cuts.extend([address, end(address, size)]);
            }
        }
        let next = cuts.last().copied().unwrap_or(0);
        Pieces {
            cuts,
            renamed: HashMap::new(),
            next,
        }
    }

    fn reads(&self, address: u64, size: u32) -> Vec<Action> {
        let read = |(address, size)| Action::Read { address, size };
        self.variables(address, size).map(read).collect()
    }

    fn writes(&self, address: u64, size: u32) -> Vec<Action> {
        let write = |(address, size)| Action::Write { address, size };
        self.variables(address, size).map(write).collect()
    }

    fn reset(&mut self, address: u64, size: u32) {
        for piece in self.cuts.range(address..end(address, size)) {
            self.renamed.insert(*piece, self.next);
            self.next += 1;
        }
    }

    /// The variables of an access. A renamed one counts as one byte, so that it touches no other.
    fn variables(&self, address: u64, size: u32) -> impl Iterator<Item = (u64, u32)> {
        let end = end(address, size);
        let starts = self.cuts.range(address..end);
        let ends = self.cuts.range(address..=end).skip(1);
        starts
            .zip(ends)
            .map(|(start, end)| match self.renamed.get(start) {
                Some(variable) => (*variable, 1),
                None => (*start, (end - start) as u32),
            })
    }
}

/// Locks for what was none.
struct Locks {
    /// First byte of each group of overlapping atomics, to its lock.
    atomics: BTreeMap<u64, ObjectId>,
    syncs: HashMap<ObjectId, ObjectId>,
    next: ObjectId,
}

impl Locks {
    fn of(trace: &[Event]) -> Locks {
        let highest = trace.iter().filter_map(|event| match event.action {
            Action::Lock { object, .. } | Action::Unlock { object, .. } => Some(object),
            _ => None,
        });
        let mut next = highest.max().map_or(0, |object| object + 1);

        let ranges: BTreeSet<(u64, u64)> = trace
            .iter()
            .filter_map(|event| match event.action {
                Action::Load { address, size, .. }
                | Action::Store { address, size, .. }
                | Action::Rmw { address, size, .. } => Some((address, end(address, size))),
                _ => None,
            })
            .collect();
        let mut atomics = BTreeMap::new();
        let mut group_end = 0;
        for (start, end) in ranges {
            if atomics.is_empty() || start >= group_end {
                atomics.insert(start, next);
                next += 1;
            }
            group_end = group_end.max(end);
        }
        Locks {
            atomics,
            syncs: HashMap::new(),
            next,
        }
    }

    fn atomic(&self, address: u64) -> ObjectId {
        let group = self.atomics.range(..=address).next_back();
        *group.expect("every atomic of the trace is in a group").1
    }

    fn sync(&mut self, object: ObjectId) -> ObjectId {
        let Locks { syncs, next, .. } = self;
        *syncs.entry(object).or_insert_with(|| {
            *next += 1;
            *next - 1
        })
    }
}

fn bytes(action: Action) -> Option<(u64, u32)> {
    match action {
        Action::Read { address, size }
        | Action::Write { address, size }
        | Action::Load { address, size, .. }
        | Action::Store { address, size, .. }
        | Action::Rmw { address, size, .. }
        | Action::Reset { address, size } => Some((address, size)),
        _ => None,
    }
}

fn end(address: u64, size: u32) -> u64 {
    address.saturating_add(size.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::closure::Closure;
    use crate::analysis::random::Program;
    use crate::analysis::{Options, Order as Analysis, RacePair, run};
    use crate::trace::{Trace, rapid};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn races(events: Vec<Event>) -> Vec<RacePair> {
        let options = Options {
            order: Analysis::Hb,
            ..Options::default()
        };
        run(
            "oracle",
            &Trace {
                events,
                ..Trace::default()
            },
            &options,
        )
        .unwrap()
    }

    /// Through the text of the format and back, so that the writer takes it all.
    fn through_text(events: &[Event]) -> Vec<Event> {
        let mut writer = rapid::Writer::new(Vec::new());
        events.iter().for_each(|event| writer.event(event).unwrap());
        let text = writer.finish().unwrap();
        rapid::Reader::new("memory", text.as_slice())
            .collect::<Result<_, _>>()
            .unwrap()
    }

    proptest! {
        #[test]
        fn every_race_of_the_lowered_trace_is_one_of_the_original(seed: u64, length in 0usize..200) {
            let events: Vec<Event> = Program::default().seed(seed).events().take(length).collect();
            let lowered = lower(&events);
            let original = Closure::of(&events, Analysis::Hb).pairs();
            for race in races(through_text(&lowered.events)) {
                let pair = (lowered.origin[race.first], lowered.origin[race.second]);
                prop_assert!(original.contains(&pair), "{pair:?}");
            }
        }

        #[test]
        fn where_only_bytes_and_resets_are_lowered_no_race_is_lost(seed: u64, length in 0usize..200) {
            let keeps_order = |event: &Event| match event.action {
                Action::Lock { shared, .. } | Action::Unlock { shared, .. } => !shared,
                Action::Fork { .. } | Action::Join { .. } => true,
                Action::Read { .. } | Action::Write { .. } | Action::Reset { .. } => true,
                _ => false,
            };
            let events = Program::default().seed(seed).events();
            let events: Vec<Event> = events.take(length).filter(keeps_order).collect();
            let lowered = lower(&events);
            let found: BTreeSet<usize> = races(through_text(&lowered.events))
                .iter().map(|race| lowered.origin[race.second]).collect();
            let expected: BTreeSet<usize> = races(events).iter().map(|race| race.second).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn what_the_format_has_words_for_is_kept_and_not_counted() {
        let actions = [
            Action::Write {
                address: 8,
                size: 4,
            },
            Action::Lock {
                object: 1,
                shared: false,
            },
            Action::Read {
                address: 12,
                size: 4,
            },
            Action::Unlock {
                object: 1,
                shared: false,
            },
            Action::Begin,
        ];
        let events = actions
            .map(|action| Event {
                strand: 0,
                action,
                site: 3,
            })
            .to_vec();
        let lowered = lower(&events);
        assert_eq!((lowered.events, lowered.count), (events, 0));
    }

    #[test]
    fn a_partial_overlap_becomes_the_pieces_that_are_shared_and_not() {
        let events = [
            Action::Write {
                address: 8,
                size: 8,
            },
            Action::Read {
                address: 12,
                size: 2,
            },
        ]
        .map(|action| Event {
            strand: 0,
            action,
            site: 3,
        });
        let lowered = lower(&events);
        let actions: Vec<Action> = lowered.events.iter().map(|e| e.action).collect();
        assert_eq!(
            actions,
            [
                Action::Write {
                    address: 8,
                    size: 4
                },
                Action::Write {
                    address: 12,
                    size: 2
                },
                Action::Write {
                    address: 14,
                    size: 2
                },
                Action::Read {
                    address: 12,
                    size: 2
                },
            ]
        );
        assert_eq!((lowered.origin, lowered.count), (vec![0, 0, 0, 1], 1));
    }
}
