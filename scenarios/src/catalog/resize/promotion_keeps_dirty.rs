//! A promoted map is read without a lock and still written.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::sync_map::{Bug, SyncMap};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "promotion-keeps-dirty",
    story: "When lookups have missed often enough, the dirty map becomes the read map, which nobody \
            writes any more and everybody reads without the lock. The promotion forgets to give the \
            dirty map up. The next new key is written, under the lock, into the map that others are \
            reading.",
    citation: "Go's sync/map.go: missLocked sets m.dirty to nil",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("promotion_keeps_dirty.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = SyncMap::new(bug);
    map.insert(1, 1);
    map.get(1); // promoted
    let found = thread::scope(|s| {
        let reader = s.spawn(|| {
            env.stagger(0);
            mark!(A, map.get(1))
        });
        s.spawn(|| {
            env.stagger(1);
            mark!(B, map.insert(2, 2));
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(found != Some(1) || map.get(2) != Some(2))
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::DirtyKept)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
