//! Two deletions write to the same place of the ring.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::safe_map::{Bug, SafeMap};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "deleted-ring-overwritten",
    story: "Deleted keys go into a ring, so that a compaction is due when it is full. A deletion \
            takes its mark away first, as the key is gone by then, and puts the key into the ring \
            after. Two of them find the same free place: one key overwrites the other, and of the \
            table's dead keys one is never counted.",
    citation: "go-zero's SafeMap, core/collection/safemap.go: deletions are counted under the lock",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("deleted_ring_overwritten.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = SafeMap::new(bug);
    (1..=4).for_each(|key| assert_eq!(map.insert(key, key), None));
    thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, map.remove(1));
        });
        s.spawn(|| {
            env.stagger(1);
            mark!(B, map.remove(2));
        });
    });
    Outcome::wrong_if(map.dead_keys() != [1, 2])
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::RingUnmarked)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
