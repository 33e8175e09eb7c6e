//! Two lookups miss, one miss is counted, and the new map is not promoted.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::sync_map::{Bug, SyncMap};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "misses-uncounted",
    story: "Two lookups find their keys in the dirty map only. As the entry is all they need, they \
            give the lock back before they count the miss and see whether it is time to promote the \
            dirty map. Both count from the same number: the map stays where every lookup takes the \
            lock, or both promote, and the second promotes nothing.",
    citation: "Go's sync/map.go: missLocked, whose name says what it needs",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("misses_uncounted.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = SyncMap::new(bug);
    map.insert(1, 1);
    map.insert(2, 2);
    let found = thread::scope(|s| {
        let one = s.spawn(|| {
            env.stagger(0);
            mark!(A, map.get(1))
        });
        let other = s.spawn(|| {
            env.stagger(1);
            mark!(B, map.get(2))
        });
        [one.join().unwrap(), other.join().unwrap()]
    });
    Outcome::wrong_if(found != [Some(1), Some(2)] || !map.is_promoted())
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::MissedUnlocked)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
