//! The engine against the oracle: the same random program, event by event, and after each event the
//! same racing pairs. A pair is told by its strands: of several accesses of one strand in one epoch
//! the engine names the first, the oracle the last. The access that the engine names has to be one that
//! conflicts with the present one.
//!
//! Then once more with next to nothing remembered of strands that are over and of how clocks grew. What the
//! engine takes instead may fold races away (under SHB) and may name more than one access of a strand's
//! (`engine::keep`), and no more than that: under HB the verdict is the oracle's at every event, and under SHB
//! nothing is reported that does not race.
//!
//! The long run is `FIDGE_EVENTS=10000000 cargo test --release -p fidge --features detect --test
//! differential -- --nocapture`, that many events for each order; `FIDGE_ORDER=hb` or `shb` runs one
//! of them, so that two processes share two cores. Its results are in `docs/evidence/differential.md`.
#![cfg(feature = "detect")]

use fidge::analysis::random::{Program, Weights};
use fidge::analysis::{self, Order, RacePair};
use fidge::engine::finding::{Finding, Side};
use fidge::engine::session::{Open, Settings};
use fidge::engine::strand::{Strand, Task, fork};
use fidge::engine::{At, AtomicBytes, LockVar, Mode, Op, SyncVar, fence::fence, keep, memory};
use fidge::trace::{Action, Event, Order as Memory};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::panic::Location;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

/// Sites that are told apart by name; event `i` has site `i % SITES`.
const SITES: usize = 1 << 14;

/// The site of all that takes locks or gives them back. A site knows the locks that are held there by
/// where they were taken: told apart as accesses are, almost every access would be at a new site.
fn lock_site() -> At {
    At::here(&Op("lock"))
}

fn site(index: usize) -> At {
    static OPS: OnceLock<Vec<Op>> = OnceLock::new();
    let ops = OPS.get_or_init(|| {
        (0..SITES)
            .map(|index| Op(Box::leak(index.to_string().into_boxed_str())))
            .collect()
    });
    At::new(&ops[index % SITES], Location::caller())
}

fn order(order: Memory) -> Ordering {
    match order {
        Memory::Relaxed => Ordering::Relaxed,
        Memory::Acquire => Ordering::Acquire,
        Memory::Release => Ordering::Release,
        Memory::AcqRel => Ordering::AcqRel,
        Memory::SeqCst => Ordering::SeqCst,
    }
}

/// Runs a random program on the engine: its strands are tasks of one thread, named by their numbers.
struct Machine {
    tasks: BTreeMap<u32, Task>,
    strands: BTreeMap<u32, Strand>,
    locks: HashMap<u64, Box<LockVar>>,
    syncs: HashMap<u64, Box<SyncVar>>,
    /// Where the program's address 0 lies: nobody's memory.
    base: usize,
}

impl Machine {
    fn new(base: usize) -> Self {
        Machine {
            tasks: BTreeMap::new(),
            strands: BTreeMap::new(),
            locks: HashMap::new(),
            syncs: HashMap::new(),
            base,
        }
    }

    fn run(&mut self, event: &Event, at: &At) {
        if let Action::Join { child } = event.action {
            // The child's thread is gone before it is joined.
            self.tasks.remove(&child);
        }
        let mut task = self.tasks.remove(&event.strand);
        {
            // Strand 0 is the session's own.
            let _running = task.as_mut().map(Task::enter);
            self.act(event, at);
        }
        if let Some(task) = task {
            self.tasks.insert(event.strand, task);
        }
    }

    fn act(&mut self, event: &Event, at: &At) {
        let place = |address: u64| self.base + address as usize;
        let atomic = |address: u64, size: u32| AtomicBytes {
            address: place(address),
            size: size as usize,
        };
        let mode = |shared| {
            if shared {
                Mode::Shared
            } else {
                Mode::Exclusive
            }
        };
        match event.action {
            Action::Read { address, size } => memory::read(place(address), size as usize, at),
            Action::Write { address, size } => memory::write(place(address), size as usize, at),
            Action::Load {
                address,
                size,
                order: o,
            } => {
                atomic(address, size).load(order(o), at, || ());
            }
            Action::Store {
                address,
                size,
                order: o,
            } => {
                atomic(address, size).store(order(o), at, || ());
            }
            Action::Rmw {
                address,
                size,
                order: o,
            } => {
                atomic(address, size).rmw(order(o), at, || ());
            }
            Action::Fence { order: o } => fence(order(o), at),
            Action::Acquire { object } => self.syncs.entry(object).or_default().acquire(at),
            Action::Release { object } => self.syncs.entry(object).or_default().release(at),
            Action::ReleaseJoin { object } => {
                self.syncs.entry(object).or_default().release_join(at);
            }
            Action::Lock { object, shared } => {
                self.locks
                    .entry(object)
                    .or_default()
                    .acquired(mode(shared), &lock_site());
            }
            Action::Unlock { object, shared } => {
                self.locks
                    .entry(object)
                    .or_default()
                    .released(mode(shared), &lock_site());
            }
            Action::Fork { child } => {
                let (strand, seed) = fork(Some(&child.to_string()), at);
                self.strands.insert(child, strand);
                self.tasks.insert(child, seed.into_task());
            }
            Action::Join { child } => self.strands.remove(&child).expect("forked").join(at),
            Action::Reset { address, size } => memory::reset(place(address), size as usize, at),
            Action::Begin | Action::End => {}
        }
    }
}

impl Drop for Machine {
    /// Whoever still runs ends and is joined, so that the next program's strands may have their slots: as
    /// detached ones they would keep them, and clocks would grow with the number of programs.
    fn drop(&mut self) {
        self.tasks.clear();
        while let Some((_, strand)) = self.strands.pop_first() {
            strand.join(&At::here(&Op("end of program")));
        }
    }
}

/// The bytes that an access has, whether it writes, and whether it is atomic.
fn access(action: Action) -> Option<(Range<u64>, bool, bool)> {
    let (address, size, writes, atomic) = match action {
        Action::Read { address, size } => (address, size, false, false),
        Action::Write { address, size } => (address, size, true, false),
        Action::Load { address, size, .. } => (address, size, false, true),
        Action::Store { address, size, .. } | Action::Rmw { address, size, .. } => {
            (address, size, true, true)
        }
        _ => return None,
    };
    Some((address..address + u64::from(size), writes, atomic))
}

fn conflict(one: &Event, other: &Event) -> bool {
    match (access(one.action), access(other.action)) {
        (Some((bytes, writes, atomic)), Some((others, other_writes, other_atomic))) => {
            bytes.start < others.end
                && others.start < bytes.end
                && (writes || other_writes)
                && !(atomic && other_atomic)
        }
        _ => false,
    }
}

/// The strand of the first side of what the engine found at the last of `events`; the event that it names
/// is one of that strand's, and conflicts.
fn first_strand(found: &Finding, events: &[Event]) -> u32 {
    let (event, before) = events.split_last().expect("the present one");
    let number = |text: &str| text.parse::<usize>().expect("a number");
    let strand_of = |side: &Side| number(side.strand.name.as_deref().expect("named")) as u32;
    assert_eq!(number(found.second.place.op), before.len() % SITES);
    assert_eq!(strand_of(&found.second), event.strand);
    let strand = strand_of(&found.first);
    let mut named = (number(found.first.place.op)..before.len()).step_by(SITES);
    assert!(
        named.any(|index| before[index].strand == strand && conflict(&before[index], event)),
        "{found:?} at {event:?} names no access of strand {strand} that conflicts"
    );
    strand
}

/// How much the engine remembers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kept {
    /// All that these programs ask for.
    Enough,
    /// Of strands that are over their names, of a clock's history eight changes.
    Little,
}

/// Runs `count` events of `program` on both, and compares after each. Says how many raced.
fn agree(program: &Program, count: usize, order: Order, kept: Kept) -> usize {
    // Every program in address space of its own: shadow is never given back.
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(1 << 40);
    let base = NEXT.fetch_add(1 << 13, Ordering::Relaxed);
    let options = analysis::Options {
        order: match kept {
            Kept::Enough => order,
            Kept::Little => Order::Hb,
        },
        ..analysis::Options::default()
    };
    let mut oracle = analysis::detector("oracle", &options).expect("known");
    let settings = Settings {
        shb: order != Order::Hb,
        max_reports: usize::MAX,
        ..Settings::default()
    };
    let open = Open::new(Some("0"), settings);
    let mut machine = Machine::new(base);
    let mut races: Vec<RacePair> = Vec::new();
    let mut events: Vec<Event> = Vec::with_capacity(count);
    let mut racy = 0;
    for (index, event) in program.events().take(count).enumerate() {
        races.clear();
        oracle.step(index, &event, &mut races);
        machine.run(&event, &site(index));
        events.push(event);
        let expected: BTreeSet<u32> = races.iter().map(|race| events[race.first].strand).collect();
        let findings = open.findings_so_far();
        let found: BTreeSet<u32> = findings
            .iter()
            .map(|found| first_strand(found, &events))
            .collect();
        let right = match (kept, order) {
            (Kept::Enough, _) => found == expected,
            (Kept::Little, Order::Hb) => {
                found.is_superset(&expected) && found.is_empty() == expected.is_empty()
            }
            (Kept::Little, _) => found.is_empty() || !expected.is_empty(),
        };
        assert!(
            right,
            "event {index} {event:?} of {program:?} under {order:?} with {kept:?}: {findings:?} and not \
             {races:?}"
        );
        racy += usize::from(!found.is_empty());
    }
    drop(machine);
    open.end();
    racy
}

fn events() -> usize {
    let default = if cfg!(debug_assertions) {
        20_000
    } else {
        300_000
    };
    std::env::var("FIDGE_EVENTS").map_or(default, |count| count.parse().expect("a number"))
}

/// Short programs of many shapes, then long ones, `all` events together. Says how many were run and how many
/// raced.
fn campaign(all: usize, order: Order, kept: Kept) -> (usize, usize) {
    let shapes = [
        Program::default(),
        Program {
            live: 2,
            discipline: 0.99,
            ..Program::default()
        },
        Program {
            live: 12,
            strands: 400,
            locks: 5,
            discipline: 0.97,
            ..Program::default()
        },
        Program {
            live: 60,
            strands: 300,
            discipline: 0.95,
            ..Program::default()
        },
        Program {
            atomics: 6,
            discipline: 1.0,
            weights: Weights {
                atomic: 120,
                fence: 40,
                ..Weights::default()
            },
            ..Program::default()
        },
    ];
    let half = all / 2;
    let (long, short) = (half / shapes.len(), 500);
    let many = (0..half / short).map(|seed| (seed, short));
    let few = (0..shapes.len()).map(|shape| (1_000_000 * shapes.len() + shape, long));
    let (mut events, mut racy) = (0, 0);
    for (seed, count) in many.chain(few) {
        let shape = shapes[seed % shapes.len()];
        // Strands come and go as long as the program runs.
        let strands = shape.strands.max(count as u32 / 250);
        let program = Program { strands, ..shape }.seed(seed as u64);
        racy += agree(&program, count, order, kept);
        events += count;
    }
    assert!(
        racy > 0 && racy < events * 3 / 4,
        "{racy} racy events of {events}: blunt programs"
    );
    (events, racy)
}

/// One test: a thread of another one that ended meanwhile would be news to the strands of this one,
/// and make them tick (see `engine::foreign`).
#[test]
fn the_engine_agrees_with_the_oracle() {
    let only = std::env::var("FIDGE_ORDER").ok();
    let orders = [Order::Hb, Order::Shb].into_iter().filter(|order| {
        let name = format!("{order:?}").to_lowercase();
        only.as_ref().is_none_or(|only| *only == name)
    });
    let runs = |kept, events| orders.clone().map(move |order| (order, kept, events));
    for (order, kept, events) in
        runs(Kept::Enough, events()).chain(runs(Kept::Little, events() / 10))
    {
        if kept == Kept::Little {
            keep::bound(0, 8);
        }
        let began = std::time::Instant::now();
        let (events, racy) = campaign(events, order, kept);
        println!(
            "{order:?}, {kept:?}: {events} events, {racy} of them racy, {:?}",
            began.elapsed()
        );
    }
}
