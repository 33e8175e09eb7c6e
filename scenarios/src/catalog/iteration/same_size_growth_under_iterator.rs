//! A map is packed into a new array of the same size while an iterator walks it.

use crate::hidden::Barrier;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::gomap::{Bug, Concurrent};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "iteration",
    name: "same-size-growth-under-iterator",
    story: "A map with many half-empty buckets is moved to a new array of the same size. An iterator \
            takes the locks of the buckets that it walks, but not the one that holds off a growth: \
            it asks which array is the old one and which the new one while they are exchanged, and \
            looks for a moved entry in the wrong one.",
    citation: "Go's runtime/map.go: sameSizeGrow in mapiternext; golang/go#16070 is why it grows so",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("same_size_growth_under_iterator.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let (map, count) = Concurrent::full(3, bug);
    let mut iter = map.iter(0);
    let started = Barrier::new(2); // std's: the map is packed when the iterator is in it
    let seen = thread::scope(|s| {
        let iterator = s.spawn(|| {
            let mut seen = Vec::new();
            while let Some((key, _)) = mark!(A, map.next(&mut iter)) {
                if seen.is_empty() {
                    started.wait();
                    env.stagger(0);
                }
                seen.push(key);
            }
            seen
        });
        s.spawn(|| {
            started.wait();
            env.stagger(1);
            mark!(B, map.pack());
        });
        iterator.join().unwrap()
    });
    let times = |key| seen.iter().filter(|&&k| k == key).count();
    Outcome::wrong_if((0..count).any(|key| times(key) != 1))
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::IterUnpinned)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
