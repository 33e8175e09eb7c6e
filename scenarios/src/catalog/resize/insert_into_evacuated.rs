//! An insert goes into a bucket that is being moved.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::gomap::{Bug, Concurrent};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "insert-into-evacuated",
    story: "Writers of a growing map move the bucket that they are about to use to the new array. A \
            remove does so under the bucket's lock; an insert forgets the lock. Both move the same \
            bucket, and what the insert adds at its new place is overwritten by what the other one \
            moves there.",
    citation: "Go's runtime/map.go: growWork and evacuate; Herlihy & Shavit, \"The art of \
               multiprocessor programming\", 2008, section 13.2.2",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("insert_into_evacuated.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let (map, count) = Concurrent::full(2, bug);
    map.insert(count, count); // the growth starts: buckets 0 and 2 are moved
    thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, map.remove(3));
        });
        s.spawn(|| {
            env.stagger(1);
            mark!(B, map.insert(35, 35));
        });
    });
    let rest = (4..=count).all(|key| map.get(key) == Some(key));
    Outcome::wrong_if(map.get(3).is_some() || map.get(35) != Some(35) || !rest)
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::InsertUnlocked)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
