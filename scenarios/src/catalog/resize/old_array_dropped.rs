//! A lookup is in the old array when it is given back.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::gomap::{Bug, Concurrent};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "old-array-dropped",
    story: "The last bucket of a growing map is moved, and the old array goes back to the allocator, \
            which zeroes it. A lookup that does not hold off the end of the growth still asks the \
            old bucket whether it has been moved. Zeroed, it says that it has not, and that the key \
            is not there.",
    citation: "Go's runtime/map.go: advanceEvacuationMark drops oldbuckets",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("old_array_dropped.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let (map, count) = Concurrent::full(2, bug);
    map.insert(count, count); // the growth starts, and sweeps bucket 0
    map.help();
    map.help();
    let found = thread::scope(|s| {
        let reader = s.spawn(|| {
            env.stagger(0);
            mark!(A, map.get(1))
        });
        s.spawn(|| {
            env.stagger(1);
            mark!(B, map.help()); // bucket 3, the last
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(found != Some(1) || map.is_growing())
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::GetUnpinned)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
