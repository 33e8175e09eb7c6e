//! Happens-before over a trace: what each event does to the clocks.
//!
//! Shared by the offline detectors and by nobody else: full vectors, no epochs, no slot reuse, so that
//! it can be read against the C++20 memory model (intro.races, atomics.fences) and trusted.
//!
//! `C_t` is strand t's clock, `L` an object's. An event has an acquire part (`enter`), then its access
//! is judged, then it has a release part (`leave`).
//!
//! 1. *Clocks.* `C_t` is empty but for t's own component, which starts at 1. It **ticks** (grows by 1)
//!    before an access, if t has published `C_t` since the last tick, as the release parts below say; and
//!    whenever another component has grown. So a time of t names one clock, and a clock that t
//!    publishes twice, with nothing in between, is one clock.
//! 2. *Fork* of u by t: `C_u |= C_t`, t publishes. *Join* of u by t: `C_t |= C_u`, u publishes (so that what
//!    a strand does after it was waited for, say in thread-local destructors, is not ordered).
//! 3. *Locks* have two clocks, X and S. Exclusive lock: `C_t |= X | S`. Shared lock: `C_t |= X`. Exclusive
//!    unlock: `X := C_t`. Shared unlock: `S |= C_t`. Both publish. So a shared release orders later exclusive
//!    acquisitions only.
//! 4. *Sync clocks.* Acquire: `C_t |= L`. Release: `L := C_t`. Release-join: `L |= C_t`. Both publish.
//! 5. *Atomics.* Each (address, size) has a clock L, the release sequence a load would read from.
//!    - load: if it acquires `C_t |= L`, else `P_t |= L`, what the next acquire fence will take up;
//!    - store: if it releases `L := C_t`, published; else `L := F_t`, the clock of t's last release fence,
//!      empty if there was none. Either way the old release sequence is *cut*;
//!    - read-modify-write: as a load, then `L |= C_t`, published, if it releases, else `L |= F_t`: it
//!      *continues* the release sequence.
//! 6. *Fences.* Acquire: `C_t |= P_t`. Release: `F_t := C_t`, published. Both: in this order. Neither `P_t` nor `F_t`
//!    passes to a forked strand: C++20 wants fence and atomic operation in one.
//! 7. `SeqCst` is `AcqRel`: the single total order adds no happens-before. An order that an operation
//!    cannot have (a load that releases) counts as relaxed.
//! 8. *Reset* ends the atomics it overlaps, L included.

use super::clock::VectorClock;
use crate::trace::{Action, Event, ObjectId, Order, StrandId};
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Default)]
struct Strand {
    /// `C_t`.
    clock: VectorClock,
    /// Whether `C_t` was published since the last tick.
    published: bool,
    /// `P_t`: what relaxed loads read from.
    pending: VectorClock,
    /// `F_t`: the clock at the last release fence.
    fence: VectorClock,
}

#[derive(Debug, Default)]
struct Lock {
    exclusive: VectorClock,
    shared: VectorClock,
}

/// The clocks of all strands and objects of a trace.
#[derive(Debug, Default)]
pub(super) struct HappensBefore {
    /// Strands in order of appearance; a strand's place is its slot, for good.
    slots: HashMap<StrandId, usize>,
    strands: Vec<Strand>,
    locks: HashMap<ObjectId, Lock>,
    syncs: HashMap<ObjectId, VectorClock>,
    atomics: BTreeMap<(u64, u32), VectorClock>,
    widest_atomic: u32,
}

impl HappensBefore {
    /// The acquire part of an event. Returns the slot of its strand.
    pub fn enter(&mut self, event: &Event) -> usize {
        let slot = self.slot(event.strand);
        let grew = match event.action {
            Action::Join { child } => {
                let child = self.slot(child);
                let theirs = self.publish(child);
                self.strands[slot].clock.join(&theirs)
            }
            Action::Lock { object, shared } => {
                let lock = self.locks.entry(object).or_default();
                let clock = &mut self.strands[slot].clock;
                clock.join(&lock.exclusive) | (!shared && clock.join(&lock.shared))
            }
            Action::Acquire { object } => {
                let sync = self.syncs.entry(object).or_default();
                self.strands[slot].clock.join(sync)
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
                self.widest_atomic = self.widest_atomic.max(size);
                let sync = self.atomics.entry((address, size)).or_default();
                let strand = &mut self.strands[slot];
                if order.acquires() {
                    strand.clock.join(sync)
                } else {
                    strand.pending.join(sync);
                    false
                }
            }
            Action::Fence { order } if order.acquires() => {
                let Strand { clock, pending, .. } = &mut self.strands[slot];
                clock.join(pending)
            }
            _ => false,
        };
        if grew {
            self.tick(slot);
        }
        slot
    }

    /// The release part of an event.
    pub fn leave(&mut self, event: &Event) {
        let slot = self.slot(event.strand);
        match event.action {
            Action::Fork { child } => {
                let child = self.slot(child);
                let mine = self.publish(slot);
                self.strands[child].clock.join(&mine);
            }
            Action::Unlock { object, shared } => {
                let mine = self.publish(slot);
                let lock = self.locks.entry(object).or_default();
                if shared {
                    lock.shared.join(&mine);
                } else {
                    lock.exclusive = mine;
                }
            }
            Action::Release { object } => {
                let mine = self.publish(slot);
                self.syncs.insert(object, mine);
            }
            Action::ReleaseJoin { object } => {
                let mine = self.publish(slot);
                self.syncs.entry(object).or_default().join(&mine);
            }
            Action::Store {
                address,
                size,
                order,
            } => {
                self.widest_atomic = self.widest_atomic.max(size);
                let published = self.published(slot, order);
                self.atomics.insert((address, size), published);
            }
            Action::Rmw {
                address,
                size,
                order,
            } => {
                let published = self.published(slot, order);
                self.atomics
                    .entry((address, size))
                    .or_default()
                    .join(&published);
            }
            Action::Fence { order } if order.releases() => {
                self.strands[slot].fence = self.publish(slot);
            }
            Action::Reset { address, size } => self.end_atomics(address, size),
            _ => {}
        }
    }

    /// `C_t` of the strand in `slot`.
    pub fn clock(&self, slot: usize) -> &VectorClock {
        &self.strands[slot].clock
    }

    /// What the strand in `slot` does next is after all that `clock` knows.
    pub fn join(&mut self, slot: usize, clock: &VectorClock) {
        if self.strands[slot].clock.join(clock) {
            self.tick(slot);
        }
    }

    /// The strand's own time of an access that it makes now.
    pub fn stamp(&mut self, slot: usize) -> u64 {
        if self.strands[slot].published {
            self.tick(slot);
        }
        self.strands[slot].clock.get(slot)
    }

    /// `C_t` as it goes to others: what the strand does next is told apart from what it did so far.
    pub fn publish(&mut self, slot: usize) -> VectorClock {
        let strand = &mut self.strands[slot];
        strand.published = true;
        strand.clock.clone()
    }

    /// What an atomic write of `order` publishes.
    fn published(&mut self, slot: usize, order: Order) -> VectorClock {
        if order.releases() {
            self.publish(slot)
        } else {
            self.strands[slot].fence.clone()
        }
    }

    fn tick(&mut self, slot: usize) {
        let strand = &mut self.strands[slot];
        strand.clock.tick(slot);
        strand.published = false;
    }

    fn slot(&mut self, strand: StrandId) -> usize {
        if let Some(slot) = self.slots.get(&strand) {
            return *slot;
        }
        let slot = self.strands.len();
        self.slots.insert(strand, slot);
        self.strands.push(Strand::default());
        self.tick(slot);
        slot
    }

    fn end_atomics(&mut self, address: u64, size: u32) {
        let from = (address.saturating_sub(self.widest_atomic.into()), 0);
        let to = (address.saturating_add(size.into()), 0);
        let overlapped: Vec<_> = self
            .atomics
            .range(from..to)
            .map(|(key, _)| *key)
            .filter(|(start, width)| start.saturating_add((*width).into()) > address)
            .collect();
        for key in overlapped {
            self.atomics.remove(&key);
        }
    }
}
