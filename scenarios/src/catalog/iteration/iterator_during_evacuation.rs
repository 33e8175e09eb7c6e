//! An iterator started before a growth, and walks into the bucket that is being moved.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::gomap::{Bug, Concurrent};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "iteration",
    name: "iterator-during-evacuation",
    story: "An iterator has the array of before the growth. An entry that it finds moved it looks up \
            in the new one, which works if an entry is either here or there. Without the bucket's \
            lock it sees an entry that has left and has not arrived, and skips a key that was in the \
            map all the time.",
    citation: "Go's runtime/map.go: mapiternext; Go specification, \"For statements with range \
               clause\": each entry that is not removed is produced once",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("iterator_during_evacuation.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let (map, count) = Concurrent::full(3, bug);
    let mut iter = map.iter(5);
    map.insert(count, count); // the growth starts
    let seen = thread::scope(|s| {
        let iterator = s.spawn(|| {
            env.stagger(0);
            let mut seen = Vec::new();
            while let Some((key, _)) = mark!(A, map.next(&mut iter)) {
                seen.push(key);
            }
            seen
        });
        s.spawn(|| {
            env.stagger(1);
            for _ in 0..5 {
                mark!(B, map.help());
            }
        });
        iterator.join().unwrap()
    });
    let times = |key| seen.iter().filter(|&&k| k == key).count();
    Outcome::wrong_if((0..count).any(|key| times(key) != 1))
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::IterUnlocked)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
