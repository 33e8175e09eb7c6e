//! Words counted by `entry`.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "entry-counter",
    story: "Two strands count a word, one once and one twice, by `entry` and `or_insert`: looking \
            and counting are one operation under the entry's guard, and a look at the total \
            before is no reason for it. That is correct. In the racy twin a word that `get_mut` \
            does not find is inserted with what one strand has counted.",
    citation: "https://github.com/xacrimon/dashmap/issues/47: whether `Entry::or_insert` can lose \
               an update; https://github.com/xacrimon/dashmap/issues/78",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("entry_counter.rs"),
};

fn program(env: &Env, count: fn(&Env, &DashMap<&str, u32>, u32)) -> Outcome {
    let words = DashMap::new();
    strands::two(|i| count(env, &words, i));
    Outcome::wrong_if(*words.get("race").unwrap() != 3)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, words, i| {
        let counted = env.step(i, || {
            let known = mark!(A, words.get_mut("race"));
            known.map(|mut count| *count += 1 + i).is_some()
        });
        if !counted {
            env.step(2 + i, || mark!(B, words.insert("race", 1 + i)));
        }
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, words, i| {
        let known = env.step(i, || words.get("race").map(|count| *count));
        assert!(known.is_none_or(|count| count < 3));
        env.step(2 + i, || *words.entry("race").or_insert(0) += 1 + i);
    })
}
