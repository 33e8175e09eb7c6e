//! As many writes as the counter has values look like none.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::safe_map::{Bug, SafeMap};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "write-count-wraps",
    story: "A compaction reads which table is the map's and how often it was written, builds a new \
            table, and swaps it in if both are as before. The count has two bits. Four writes later \
            it says what it said, the swap succeeds, and the four writes are lost.",
    citation: "Treiber, \"Systems programming: coping with parallelism\", IBM RJ 5118, 1986: the \
               counter beside the pointer must not wrap",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 3,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("write_count_wraps.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = SafeMap::new(bug);
    (1..=4).for_each(|key| assert_eq!(map.insert(key, key), None));
    thread::scope(|s| {
        s.spawn(|| {
            let seen = env.step(0, || mark!(A, map.survey()));
            let rebuilt = env.step(1, || map.rebuild(seen));
            let swapped = env.step(3, || mark!(B, map.swap_in(seen, rebuilt)));
            if !swapped {
                map.compact();
            }
        });
        s.spawn(|| {
            env.step(2, || {
                (1..=4).for_each(|key| assert_eq!(map.insert(key, 10 + key), Some(key)))
            });
        });
    });
    Outcome::wrong_if(!(1..=4).all(|key| map.get(key) == Some(10 + key)))
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::NarrowCount)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
