//! A new entry is made from one that is still referred to.

use super::attempt;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards;
use fidge::Kind;

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "insert-under-ref",
    story: "A thread of messages is forked: the new one is inserted with what the old one says, \
            while the reference to the old one is alive. When both keys happen to share a shard, \
            the insertion waits for a reader who is itself. The cure copies what it needs and \
            lets go.",
    citation: "https://github.com/majiayu000/harness/pull/386 and \
               https://github.com/EmbarkStudios/quilkin/pull/826, two fixes",
    racy,
    fixed,
    kind: Kind::GuardDeadlock,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("insert_under_ref.rs"),
};

fn racy(_: &Env) -> Outcome {
    attempt(|| {
        let threads = shards::map();
        threads.insert(0, 7);
        let origin = mark!(A, threads.get(&0).unwrap());
        mark!(B, threads.insert(4, *origin));
        Outcome::Right
    })
}

fn fixed(_: &Env) -> Outcome {
    let threads = shards::map();
    threads.insert(0, 7);
    let origin = *threads.get(&0).unwrap();
    threads.insert(4, origin);
    Outcome::wrong_if(*threads.get(&4).unwrap() != 7)
}
