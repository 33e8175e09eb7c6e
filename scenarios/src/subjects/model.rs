//! What a subject that is a map is held to: the answers of a map of std's, from one strand, and
//! linearizability from several.

use super::linear::{History, Model, is_linearizable};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::collections::{BTreeMap, HashMap};
use std::sync::Barrier;

/// A call of a map; each answers with the value that the key had.
#[derive(Clone, Copy, Debug)]
pub enum MapOp {
    /// Looks a key up.
    Get(u64),
    /// Sets a key's value.
    Insert(u64, u64),
    /// Takes a key out.
    Remove(u64),
}

impl MapOp {
    /// A call about one of `keys` keys.
    pub fn random(rng: &mut SmallRng, keys: u64) -> Self {
        let key = rng.random_range(0..keys);
        match rng.random_range(0..10) {
            0..3 => MapOp::Get(key),
            3..7 => MapOp::Insert(key, rng.random_range(0..1_000)),
            _ => MapOp::Remove(key),
        }
    }
}

impl Model for BTreeMap<u64, u64> {
    type Op = MapOp;
    type Answer = Option<u64>;

    fn apply(&mut self, op: &MapOp) -> Option<u64> {
        match *op {
            MapOp::Get(key) => self.get(&key).copied(),
            MapOp::Insert(key, value) => self.insert(key, value),
            MapOp::Remove(key) => self.remove(&key),
        }
    }
}

/// Does `calls` random calls about `keys` keys by `apply` and by std's map, and asserts that they
/// answer alike; `after_each` may look at both.
pub fn assert_agrees(
    (seed, calls, keys): (u64, u64, u64),
    apply: impl Fn(MapOp) -> Option<u64>,
    mut after_each: impl FnMut(&HashMap<u64, u64>),
) {
    let (mut rng, mut model) = (SmallRng::seed_from_u64(seed), HashMap::new());
    for n in 0..calls {
        let op = MapOp::random(&mut rng, keys);
        let expected = match op {
            MapOp::Get(key) => model.get(&key).copied(),
            MapOp::Insert(key, value) => model.insert(key, value),
            MapOp::Remove(key) => model.remove(&key),
        };
        assert_eq!(apply(op), expected, "seed {seed}, call {n}: {op:?}");
        after_each(&model);
    }
    for (&key, &value) in &model {
        assert_eq!(apply(MapOp::Get(key)), Some(value), "seed {seed}: {key}");
    }
}

/// How many strands a history has, how many calls each, about how many keys.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Strands.
    pub strands: usize,
    /// Calls of each.
    pub calls: usize,
    /// Keys.
    pub keys: u64,
}

/// In each of `histories` sessions, lets strands make random calls of a map that `make` made, and
/// asserts that what they were answered is linearizable and that the session found nothing.
pub fn assert_linearizable<M: Sync>(
    histories: u64,
    shape: Shape,
    make: impl Fn() -> (M, BTreeMap<u64, u64>),
    apply: impl Fn(&M, MapOp) -> Option<u64> + Sync,
) {
    for seed in 0..histories {
        let report = fidge::check(|| {
            let (map, initial) = make();
            let (history, start) = (History::new(), Barrier::new(shape.strands));
            fidge::thread::scope(|s| {
                for strand in 0..shape.strands as u64 {
                    let (map, history, apply, start) = (&map, &history, &apply, &start);
                    s.spawn(move || {
                        let mut rng = SmallRng::seed_from_u64(seed << 8 | strand);
                        start.wait();
                        for _ in 0..shape.calls {
                            let op = MapOp::random(&mut rng, shape.keys);
                            history.call(op, |&op| apply(map, op));
                        }
                    });
                }
            });
            let calls = history.into_calls();
            assert!(
                is_linearizable(initial, &calls),
                "seed {seed}: {:?}",
                calls
                    .iter()
                    .map(|c| (c.start, c.end, c.op, c.answer))
                    .collect::<Vec<_>>()
            );
        });
        assert!(report.is_clean(), "seed {seed}: {report}");
    }
}
