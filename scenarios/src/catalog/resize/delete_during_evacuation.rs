//! A key is deleted from a bucket that is being moved, and comes back.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::gomap::{Bug, Concurrent};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "delete-during-evacuation",
    story: "A helper of a growth moves a bucket without taking its lock, as nobody writes to an old \
            bucket. But whoever deletes a key moves the key's bucket first. When both move it, the \
            helper's copy, made before the key was deleted, lands on top of the other's.",
    citation: "Go's runtime/map.go: mapdelete calls growWork before it looks",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("delete_during_evacuation.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let (map, count) = Concurrent::full(3, bug);
    map.insert(count, count); // the growth starts: buckets 0 and 4 are moved
    let bucket = map.unclaimed().expect("it has just started");
    map.claim(bucket);
    thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, map.sweep(bucket)); // bucket 1
        });
        s.spawn(|| {
            env.stagger(1);
            mark!(B, map.remove(1));
        });
    });
    let rest = (2..=count).all(|key| map.get(key) == Some(key));
    Outcome::wrong_if(map.get(1).is_some() || !rest)
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::SweepUnlocked)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
