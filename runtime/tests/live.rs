//! Live runs against the oracle: random programs of several threads over façade objects are recorded,
//! and the oracle, run over the trace, finds the pairs of sites that the engine reported, no more and
//! no less. What the threads do is random from a seed, how they interleave is the machine's affair.
//!
//! No run has undefined behaviour, though it races in Fidge's eyes: cells are accessed without
//! touching what is in them, and a map that is not synchronised stands behind a lock of std's, which
//! Fidge does not see.
#![cfg(all(feature = "detect", feature = "dashmap"))]

use fidge::analysis::{self, Order, RacePair};
use fidge::cell::UnsafeCell;
use fidge::collections::HashMap;
use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicU64, Ordering, fence};
use fidge::sync::{Mutex, RwLock, mpsc};
use fidge::trace::{Trace, record};
use fidge::{Kind, Report, thread};
use std::collections::BTreeSet;
use std::sync::Arc;

/// SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

struct Cell(UnsafeCell<u64>);

// SAFETY: nobody touches the value.
unsafe impl Sync for Cell {}

/// One each for a thread, so that a site tells whose access it was.
const READS: [fn(&Cell); 6] = [
    |cell| cell.0.with(|_| ()),
    |cell| cell.0.with(|_| ()),
    |cell| cell.0.with(|_| ()),
    |cell| cell.0.with(|_| ()),
    |cell| cell.0.with(|_| ()),
    |cell| cell.0.with(|_| ()),
];
const WRITES: [fn(&Cell); 6] = [
    |cell| cell.0.with_mut(|_| ()),
    |cell| cell.0.with_mut(|_| ()),
    |cell| cell.0.with_mut(|_| ()),
    |cell| cell.0.with_mut(|_| ()),
    |cell| cell.0.with_mut(|_| ()),
    |cell| cell.0.with_mut(|_| ()),
];

const LOCKS: usize = 2;
const CELLS: usize = 4;

struct World {
    cells: [Cell; CELLS],
    mutexes: [Mutex<()>; LOCKS],
    rwlocks: [RwLock<()>; LOCKS],
    atomics: [AtomicU64; 3],
    map: std::sync::Mutex<HashMap<u64, u64>>,
    shared: DashMap<u64, u64>,
    sender: mpsc::Sender<u64>,
    receiver: std::sync::Mutex<mpsc::Receiver<u64>>,
}

impl World {
    fn new() -> Self {
        let (sender, receiver) = mpsc::channel();
        World {
            cells: [const { Cell(UnsafeCell::new(0)) }; CELLS],
            mutexes: Default::default(),
            rwlocks: Default::default(),
            atomics: Default::default(),
            map: Default::default(),
            shared: DashMap::new(),
            sender,
            receiver: std::sync::Mutex::new(receiver),
        }
    }

    /// `steps` random steps. `free` is the first lock that may still be taken: they are taken in
    /// one order, so that nothing hangs.
    fn act(&self, who: usize, chance: &mut Chance, steps: usize, free: usize) {
        for _ in 0..steps {
            match chance.below(40) {
                0..12 => {
                    let cell = &self.cells[chance.below(CELLS)];
                    chance.of(&[READS, READS, WRITES])[who](cell);
                }
                12..18 if free < 2 * LOCKS => self.locked(who, chance, free),
                12..25 => self.atomic(chance),
                25..28 => {
                    use Ordering::{AcqRel, Acquire, Release, SeqCst};
                    fence(chance.of(&[Acquire, Release, AcqRel, SeqCst]));
                }
                28..30 => self.map(chance),
                30..34 => self.shared(chance),
                34..36 => drop(self.sender.send(0)),
                36..38 => drop(self.receiver.lock().map(|receiver| receiver.try_recv())),
                _ => std::thread::yield_now(),
            }
        }
    }

    fn locked(&self, who: usize, chance: &mut Chance, free: usize) {
        let lock = free + chance.below(2 * LOCKS - free);
        let steps = chance.below(5);
        let (mutex, rwlock) = (&self.mutexes[lock / 2], &self.rwlocks[lock / 2]);
        let mut inside = || self.act(who, chance, steps, lock + 1);
        if lock.is_multiple_of(2) {
            let _guard = mutex.lock();
            inside();
        } else if steps.is_multiple_of(2) {
            let _guard = rwlock.write();
            inside();
        } else {
            let _guard = rwlock.read();
            inside();
        }
    }

    fn atomic(&self, chance: &mut Chance) {
        use Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
        let atomic = &self.atomics[chance.below(self.atomics.len())];
        let any = [Relaxed, Acquire, Release, AcqRel, SeqCst];
        match chance.below(4) {
            0 => drop(atomic.load(chance.of(&[Relaxed, Relaxed, Acquire, SeqCst]))),
            1 => atomic.store(
                chance.next() % 3,
                chance.of(&[Relaxed, Relaxed, Release, SeqCst]),
            ),
            2 => drop(atomic.fetch_add(1, chance.of(&any))),
            _ => {
                let failure = chance.of(&[Relaxed, Acquire, SeqCst]);
                let _ = atomic.compare_exchange(1, 2, chance.of(&any), failure);
            }
        }
    }

    fn map(&self, chance: &mut Chance) {
        let mut map = self.map.lock().unwrap();
        let key = chance.next() % 3;
        match chance.below(5) {
            0 => drop(map.insert(key, 0)),
            1 => drop(map.remove(&key)),
            2 => drop(map.len()),
            _ => drop(map.get(&key).copied()),
        }
    }

    fn shared(&self, chance: &mut Chance) {
        let key = chance.next() % 3;
        match chance.below(5) {
            0 => drop(self.shared.insert(key, 0)),
            1 => drop(self.shared.remove(&key)),
            2 => drop(self.shared.get(&key)),
            3 => drop(self.shared.len()),
            _ => drop(self.shared.entry(key).or_insert(0)),
        }
    }
}

/// Threads that come one after another and beside one another; some are joined late or never.
fn program(seed: u64) {
    let world = Arc::new(World::new());
    let mut chance = Chance(seed);
    let mut threads = Vec::new();
    let steps = 5 + chance.below(40);
    for who in 1..READS.len() {
        let theirs = Arc::clone(&world);
        let mut own = Chance(chance.next());
        threads.push(thread::spawn(move || theirs.act(who, &mut own, steps, 0)));
        world.act(0, &mut chance, 3, 0);
        if chance.below(3) == 0 {
            drop(threads.remove(chance.below(threads.len())).join());
        }
    }
    for thread in threads {
        thread.join().unwrap();
    }
}

type Pairs = BTreeSet<[String; 2]>;

fn pair(one: String, other: String) -> [String; 2] {
    let mut pair = [one, other];
    pair.sort();
    pair
}

fn reported(report: &Report) -> Pairs {
    let site = |access: &fidge::Access| {
        let location = access.location().expect("façades know their caller");
        format!("{location} {}", access.op())
    };
    // Traces have no values, so the oracle knows nothing of what is composed of several operations.
    let races = report.races().iter();
    races
        .filter(|race| matches!(race.kind(), Kind::DataRace | Kind::MapRace))
        .map(|race| race.accesses())
        .map(|[one, other]| pair(site(one), site(other)))
        .collect()
}

fn judged(trace: &Trace, order: Order) -> Pairs {
    let options = analysis::Options {
        order,
        ..analysis::Options::default()
    };
    let mut oracle = analysis::detector("oracle", &options).expect("known");
    let mut races: Vec<RacePair> = Vec::new();
    for (index, event) in trace.events.iter().enumerate() {
        oracle.step(index, event, &mut races);
    }
    let site = |index: usize| trace.sites[&trace.events[index].site].clone();
    let pairs = races
        .iter()
        .map(|race| pair(site(race.first), site(race.second)));
    pairs.collect()
}

/// How many programs are run: `FIDGE_PROGRAMS`, or a few for everyday.
fn programs() -> u64 {
    std::env::var("FIDGE_PROGRAMS").map_or(300, |count| count.parse().expect("a number"))
}

#[test]
fn the_oracle_finds_in_the_trace_what_the_engine_found_live() {
    let (mut events, mut pairs) = (0, 0);
    for seed in 0..programs() {
        let (report, trace) = record(|| program(seed));
        assert_eq!(report.held_back(), 0, "a report that is not complete");
        let (found, expected) = (reported(&report), judged(&trace, Order::Shb));
        if found != expected {
            let path = std::env::temp_dir().join(format!("fidge-live-{seed}.fidge"));
            trace.save(&path).expect("a place for the trace");
            panic!(
                "seed {seed}, trace in {}: only the engine: {:#?}, only the oracle: {:#?}",
                path.display(),
                found.difference(&expected),
                expected.difference(&found),
            );
        }
        events += trace.events.len();
        pairs += found.len();
    }
    println!("{} programs, {events} events, {pairs} pairs", programs());
    assert!(pairs > programs() as usize, "programs that hardly race");
}
