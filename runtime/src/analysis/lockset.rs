//! Lock sets after Eraser (Savage, Burrows, Nelson, Sobalvarro & Anderson, TOCS 1997): every location
//! should be protected by one lock throughout. A baseline; it promises neither exactness nor silence.
//!
//! Each byte goes through Eraser's states: *virgin*, *exclusive* to its first strand, *shared* once another
//! strand reads, *shared-modified* once there are two strands and a write among or after them. From the
//! first access by a second strand on, the byte's candidate set is intersected with the locks held at each
//! access: those held in any mode for a read, those held exclusively for a write. A byte whose set is empty
//! while it is shared-modified is reported, once, until a reset makes it virgin again.
//!
//! What it cannot see, as in the paper: forks, joins, fences, sync clocks. Atomic accesses count as
//! synchronisation and are not looked at.
//!
//! The earlier side of a pair is the last access of another strand that conflicts with the present one;
//! where there is none (the discipline was broken by a read whose only writer is its own strand), the last
//! access of another strand.

use super::access::{Access, forget};
use super::{Detector, RacePair};
use crate::trace::{Action, Event, ObjectId, StrandId};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Eraser's detector.
#[derive(Debug, Default)]
pub struct Lockset {
    held: HashMap<StrandId, Held>,
    bytes: HashMap<u64, Byte>,
}

/// Locks a strand holds: how often it took each in which mode.
#[derive(Debug, Default)]
struct Held {
    exclusive: BTreeMap<ObjectId, u32>,
    shared: BTreeMap<ObjectId, u32>,
}

#[derive(Debug)]
struct Byte {
    state: State,
    reported: bool,
    /// The last read and the last write of each strand.
    accesses: Vec<Past>,
}

#[derive(Debug)]
enum State {
    Exclusive(StrandId),
    Shared(BTreeSet<ObjectId>),
    SharedModified(BTreeSet<ObjectId>),
}

#[derive(Debug)]
struct Past {
    index: usize,
    strand: StrandId,
    write: bool,
}

impl Held {
    fn mode(&mut self, shared: bool) -> &mut BTreeMap<ObjectId, u32> {
        if shared {
            &mut self.shared
        } else {
            &mut self.exclusive
        }
    }

    /// The locks that protect an access.
    fn protecting(&self, write: bool) -> BTreeSet<ObjectId> {
        let shared = self.shared.keys().filter(|_| !write);
        self.exclusive.keys().chain(shared).copied().collect()
    }
}

impl State {
    /// Eraser's figure 4.
    fn after(self, strand: StrandId, write: bool, locks: &BTreeSet<ObjectId>) -> State {
        match self {
            State::Exclusive(owner) if owner == strand => State::Exclusive(owner),
            State::Exclusive(_) if write => State::SharedModified(locks.clone()),
            State::Exclusive(_) => State::Shared(locks.clone()),
            State::Shared(set) if !write => State::Shared(&set & locks),
            State::Shared(set) | State::SharedModified(set) => State::SharedModified(&set & locks),
        }
    }
}

impl Byte {
    /// Takes the access in. Returns the other side if the byte is to be reported now.
    fn access(&mut self, now: Past, locks: &BTreeSet<ObjectId>) -> Option<usize> {
        let state = std::mem::replace(&mut self.state, State::Exclusive(now.strand));
        self.state = state.after(now.strand, now.write, locks);
        let broken = matches!(&self.state, State::SharedModified(set) if set.is_empty());
        let first = (broken && !self.reported).then(|| self.other_side(&now));
        self.reported |= broken;
        self.accesses
            .retain(|past| (past.strand, past.write) != (now.strand, now.write));
        self.accesses.push(now);
        first.flatten()
    }

    fn other_side(&self, now: &Past) -> Option<usize> {
        let others = || {
            self.accesses
                .iter()
                .rev()
                .filter(|past| past.strand != now.strand)
        };
        let conflicting = others().find(|past| past.write || now.write);
        conflicting
            .or_else(|| others().next())
            .map(|past| past.index)
    }
}

impl Detector for Lockset {
    fn name(&self) -> &'static str {
        "lockset"
    }

    fn step(&mut self, index: usize, event: &Event, races: &mut Vec<RacePair>) {
        let held = self.held.entry(event.strand).or_default();
        match event.action {
            Action::Lock { object, shared } => {
                *held.mode(shared).entry(object).or_default() += 1;
            }
            Action::Unlock { object, shared } => {
                let mode = held.mode(shared);
                if let Some(times) = mode.get_mut(&object) {
                    *times -= 1;
                    if *times == 0 {
                        mode.remove(&object);
                    }
                }
            }
            Action::Reset { address, size } => forget(&mut self.bytes, address, size),
            action => {
                let Some(access) = Access::of(action).filter(|access| !access.class.atomic) else {
                    return;
                };
                let (strand, write) = (event.strand, access.class.write);
                let locks = held.protecting(write);
                let first_of_mine = races.len();
                for address in access.bytes() {
                    let byte = self.bytes.entry(address).or_insert_with(|| Byte {
                        state: State::Exclusive(strand),
                        reported: false,
                        accesses: Vec::new(),
                    });
                    let first = byte.access(
                        Past {
                            index,
                            strand,
                            write,
                        },
                        &locks,
                    );
                    let race = first.map(|first| RacePair {
                        first,
                        second: index,
                        address,
                    });
                    let new = |race: &RacePair| {
                        races[first_of_mine..]
                            .iter()
                            .all(|other| other.first != race.first)
                    };
                    if let Some(race) = race.filter(new) {
                        races.push(race);
                    }
                }
            }
        }
    }
}
