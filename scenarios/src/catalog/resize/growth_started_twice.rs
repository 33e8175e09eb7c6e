//! Two inserts find the map overloaded, and each starts the growth.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::gomap::{Bug, Concurrent};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "growth-started-twice",
    story: "An insert that finds too many entries allocates an array of twice the size and makes the \
            current one the old one. It does so while sharing the map with other operations. Of two \
            such inserts the second one takes the first one's new, empty array for the one to move, \
            and the entries of the real one are lost.",
    citation: "Go's runtime/map.go: hashGrow, which relies on hashWriting; users who \
               meet what that catches: golang/go#70887",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("growth_started_twice.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let (map, count) = Concurrent::full(3, bug);
    thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, map.insert(66, 66)); // bucket 2
        });
        s.spawn(|| {
            env.stagger(1);
            mark!(B, map.insert(67, 67)); // bucket 3
        });
    });
    let all = (0..count)
        .chain([66, 67])
        .all(|key| map.get(key) == Some(key));
    Outcome::wrong_if(!all)
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::GrowShared)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
