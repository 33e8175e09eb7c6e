//! Where findings go: kept raw in the arena while the program runs, told in full when asked for.

use super::allow;
use super::arena::{self, Handle};
use super::epoch::Epoch;
use super::finding::{Finding, Kind as What, LastSync, Severity, Side, StrandInfo};
use super::granule::{Access, Cell};
use super::kin::Kin;
use super::lock::Spin;
use super::record::Raise;
use super::session;
use super::slots;
use super::state::State;
use super::value::Value;
use crate::stack;
use core::cell::UnsafeCell;

/// Two accesses that race, as the granule saw them.
#[derive(Clone, Copy, Debug)]
pub struct Sighting {
    /// The earlier one.
    pub first: Cell,
    /// The one that found it.
    pub second: Cell,
    /// Whether the object is part of a map.
    pub map: bool,
    /// The second one's bytes.
    pub access: Access,
}

impl Sighting {
    fn kind(&self) -> What {
        if self.map {
            What::MapRace
        } else {
            What::DataRace
        }
    }
}

/// One operation of a finding that is composed of several.
#[derive(Clone, Copy, Debug)]
pub struct Act {
    /// Where.
    pub site: u32,
    /// Who, and when.
    pub epoch: Epoch,
    /// Whether it wrote.
    pub write: bool,
    /// What it did: "the read".
    pub role: &'static str,
    /// The value that it read or wrote.
    pub value: Value,
}

impl Act {
    /// It read `value`.
    pub fn read(role: &'static str, (epoch, site): (Epoch, u32), value: Value) -> Self {
        Act {
            site,
            epoch,
            write: false,
            role,
            value,
        }
    }

    /// It wrote `value`.
    pub fn write(role: &'static str, by: (Epoch, u32), value: Value) -> Self {
        Act {
            write: true,
            ..Act::read(role, by, value)
        }
    }
}

/// Most witnesses that a finding keeps.
const WITNESSES: usize = 8;

/// A fault that several operations make, each of them right by itself.
#[derive(Clone, Copy, Debug)]
pub struct Composition {
    /// What.
    pub kind: What,
    /// How sure.
    pub severity: Severity,
    /// The two sides.
    pub sides: [Act; 2],
    /// Whether it is an error if the second side's place turns out to make what it writes of what it reads.
    suspected: bool,
    witnesses: [Option<Act>; WITNESSES],
}

impl Composition {
    /// With the first few of `witnesses`.
    pub fn new(
        kind: What,
        severity: Severity,
        sides: [Act; 2],
        witnesses: impl IntoIterator<Item = Act>,
    ) -> Self {
        let mut kept = [None; WITNESSES];
        for (place, witness) in kept.iter_mut().zip(witnesses) {
            *place = Some(witness);
        }
        Composition {
            kind,
            severity,
            sides,
            suspected: false,
            witnesses: kept,
        }
    }

    /// It is an error if the second side's place turns out, sooner or later, to make what it writes of
    /// what it reads.
    pub fn suspected(self) -> Self {
        Composition {
            suspected: true,
            ..self
        }
    }
}

#[derive(Clone, Copy)]
#[expect(
    clippy::large_enum_variant,
    reason = "it is copied into the arena, once a finding"
)]
enum Seen {
    Race(Sighting),
    Composed(Composition),
}

impl Seen {
    /// Kind and the sites of the two sides.
    fn sides(&self) -> (What, [u32; 2]) {
        match self {
            Seen::Race(race) => (race.kind(), [race.first.site, race.second.site]),
            Seen::Composed(composed) => (composed.kind, composed.sides.map(|side| side.site)),
        }
    }

    /// How grave it is after all that has shown since; none if this was none. A place that writes without
    /// having read does not act on what it happens to have read.
    fn severity(&self) -> Option<Severity> {
        match self {
            Seen::Race(_) => Some(Severity::Error),
            Seen::Composed(composed) => {
                let write = composed.sides[1].site;
                let blind = composed.kind == What::StaleWrite && stack::was_blind(write);
                let is_error = composed.suspected && stack::computes(write);
                (!blind).then_some(if is_error {
                    Severity::Error
                } else {
                    composed.severity
                })
            }
        }
    }

    /// Whether it may still turn out to be graver than it looks.
    fn is_suspected(&self) -> bool {
        matches!(self, Seen::Composed(composed) if composed.suspected)
    }

    /// Of a race that `me` has found: the acquire that last taught it anything of the first strand.
    fn learned_by(&self, me: &State) -> Option<Raise> {
        match self {
            Seen::Race(race) => me
                .record
                .last_learned(race.first.epoch.slot(), race.second.epoch.time()),
            Seen::Composed(_) => None,
        }
    }

    /// What two sightings of one fault have in common, either way round.
    fn key(&self) -> (What, [(usize, usize); 2]) {
        let (kind, sites) = self.sides();
        let mut places = sites.map(stack::key);
        places.sort();
        (kind, places)
    }
}

#[derive(Clone, Copy)]
struct Raw {
    next: Handle,
    count: u64,
    seen: Seen,
    /// Of a race: what last taught the second strand anything of the first.
    learned: Option<Raise>,
}

#[derive(Debug)]
struct List {
    first: Handle,
    last: Handle,
    len: usize,
    /// Sightings of places that were not kept.
    lost: u64,
}

impl List {
    const EMPTY: List = List {
        first: 0,
        last: 0,
        len: 0,
        lost: 0,
    };
}

/// Pairs of places that a session keeps apart, so that those beyond `max_reports` are counted once
/// each. Of what is beyond this, every sighting is counted.
const KEPT: usize = 1024;

/// A session's findings.
#[derive(Debug)]
pub struct Findings {
    lock: Spin,
    list: UnsafeCell<List>,
}

// SAFETY: `list` and what it leads to are only touched under `lock`.
unsafe impl Sync for Findings {}

impl Findings {
    /// None yet.
    pub const fn new() -> Self {
        Findings {
            lock: Spin::new(),
            list: UnsafeCell::new(List::EMPTY),
        }
    }

    /// Keeps a finding, or counts it where the same two places raced before (either way round).
    fn add(&self, seen: Seen, me: &State) {
        let key = seen.key();
        let _held = self.lock.lock();
        // SAFETY: under the lock; the handles name `Raw`s.
        unsafe {
            let list = &mut *self.list.get();
            let mut at = list.first;
            while at != 0 {
                let raw = arena::address(at).cast::<Raw>();
                if (*raw).seen.key() == key {
                    (*raw).count += 1;
                    if (*raw).seen.is_suspected() && !seen.is_suspected() {
                        // What is certain is what is told.
                        (*raw).seen = seen;
                        (*raw).learned = seen.learned_by(me);
                    }
                    return;
                }
                at = (*raw).next;
            }
            if list.len >= KEPT {
                list.lost += 1;
                return;
            }
            let fresh = arena::alloc(size_of::<Raw>());
            let raw = Raw {
                next: 0,
                count: 1,
                seen,
                learned: seen.learned_by(me),
            };
            arena::address(fresh).cast::<Raw>().write(raw);
            if list.last == 0 {
                list.first = fresh;
            } else {
                (*arena::address(list.last).cast::<Raw>()).next = fresh;
            }
            list.last = fresh;
            list.len += 1;
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        let list = unsafe { &*self.list.get() };
        list.first == 0 && list.lost == 0
    }

    /// Drops the findings untold, in the child of a `fork`; their memory is left alone.
    pub fn forget(&self) {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        unsafe { *self.list.get() = List::EMPTY };
    }

    /// Takes the findings out and tells the first `most` that are at least so grave in full; and how many
    /// more there were.
    pub fn take(&self, most: usize, least: impl Fn(Severity) -> bool) -> (Vec<Finding>, u64) {
        let List {
            first: mut at,
            lost: mut held_back,
            ..
        } = {
            let _held = self.lock.lock();
            // SAFETY: under the lock.
            core::mem::replace(unsafe { &mut *self.list.get() }, List::EMPTY)
        };
        let mut findings = Vec::new();
        while at != 0 {
            // SAFETY: the list is ours now; its handles name `Raw`s.
            let raw = unsafe { *arena::address(at).cast::<Raw>() };
            if let Some(severity) = raw.seen.severity().filter(|severity| least(*severity)) {
                if findings.len() < most {
                    findings.push(tell(&raw, severity));
                } else {
                    held_back += 1;
                }
            }
            // SAFETY: copied out, and nobody else refers to it.
            unsafe { arena::free(at, size_of::<Raw>()) };
            at = raw.next;
        }
        (findings, held_back)
    }
}

/// A race was found by `me`.
pub fn report(me: &State, sighting: Sighting) {
    found(me, Seen::Race(sighting));
}

fn found(me: &State, seen: Seen) {
    let session = session::of(me);
    let (kind, sites) = seen.sides();
    match allow::allowed(kind, sites) {
        Some(_) if seen.is_suspected() => {}
        Some(allowance) => session.showed(allowance),
        None => session.findings.add(seen, me),
    }
}

/// A fault of several operations was found by `me`, whose operation is the second side.
pub fn report_composed(me: &State, composition: Composition) {
    if composition.suspected || session::of(me).tells(composition.severity) {
        found(me, Seen::Composed(composition));
    }
}

/// Whether a racy read of this strand joins the last writer's clock.
pub fn joins_racy_reads(me: &State) -> bool {
    session::of(me)
        .shb
        .load(core::sync::atomic::Ordering::Relaxed)
}

fn strand_info(kin: &Kin) -> StrandInfo {
    StrandInfo {
        id: kin.id,
        name: kin.name().map(str::to_owned),
        parent: (kin.parent != u32::MAX).then_some(kin.parent),
        created: stack::told(kin.created),
    }
}

/// The strand of an epoch.
fn owner(epoch: Epoch) -> StrandInfo {
    let nobody = StrandInfo {
        id: u32::MAX,
        name: None,
        parent: None,
        created: None,
    };
    slots::kin_of(epoch).map_or(nobody, strand_info)
}

fn side(cell: &Cell, address: usize, size: usize) -> Side {
    Side {
        place: stack::told(cell.site).unwrap_or_else(stack::unknown),
        write: cell.kind.writes(),
        atomic: cell.kind.atomic(),
        address,
        size,
        strand: owner(cell.epoch),
        locks: Some(stack::locks_of(cell.site)),
        role: None,
        value: Value::UNKNOWN,
    }
}

fn acted(act: &Act) -> Side {
    Side {
        place: stack::told(act.site).unwrap_or_else(stack::unknown),
        write: act.write,
        atomic: true,
        address: 0,
        size: 0,
        strand: owner(act.epoch),
        locks: Some(stack::locks_of(act.site)),
        role: Some(act.role),
        value: act.value,
    }
}

fn tell(raw: &Raw, severity: Severity) -> Finding {
    match &raw.seen {
        Seen::Race(sighting) => race(raw, sighting),
        Seen::Composed(composed) => Finding {
            kind: composed.kind,
            severity,
            first: acted(&composed.sides[0]),
            second: acted(&composed.sides[1]),
            witnesses: composed.witnesses.iter().flatten().map(acted).collect(),
            last_sync: None,
            count: raw.count,
        },
    }
}

fn race(raw: &Raw, sighting: &Sighting) -> Finding {
    let Sighting {
        first,
        second,
        access,
        ..
    } = *sighting;
    // The earlier side's bytes within the granule; a façade object is accessed as a whole.
    let (address, size) = if access.size == 0 {
        (access.address, 0)
    } else {
        let from = first.mask.trailing_zeros() as usize;
        (
            (access.address & !7) + from,
            first.mask.count_ones() as usize,
        )
    };
    Finding {
        kind: sighting.kind(),
        severity: Severity::Error,
        first: side(&first, address, size),
        second: side(&second, access.address, access.size),
        witnesses: Vec::new(),
        last_sync: raw.learned.and_then(last_sync),
        count: raw.count,
    }
}

fn last_sync(learned: Raise) -> Option<LastSync> {
    let released = stack::told(learned.released).zip(releaser(learned.by));
    Some(LastSync {
        released,
        acquired: stack::told(learned.acquired)?,
    })
}

fn releaser(epoch: Epoch) -> Option<StrandInfo> {
    if epoch.is_some() {
        slots::kin_of(epoch).map(strand_info)
    } else {
        None
    }
}
