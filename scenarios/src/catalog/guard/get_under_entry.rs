//! An entry is filled from another one of its shard.

use super::attempt;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards;
use fidge::Kind;

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "get-under-entry",
    story: "A user's settings are made from the defaults, which are in the same map. The place \
            for them is taken by `entry` first, and it locks its shard for writing while it \
            lives; looking up the defaults waits for it. The cure looks up first.",
    citation: "https://github.com/meta-pytorch/monarch/pull/2112, a fix",
    racy,
    fixed,
    kind: Kind::GuardDeadlock,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("get_under_entry.rs"),
};

fn racy(_: &Env) -> Outcome {
    attempt(|| {
        let settings = shards::map();
        settings.insert(0, "dark");
        let place = mark!(A, settings.entry(4));
        let default = *mark!(B, settings.get(&0).unwrap());
        place.or_insert(default);
        Outcome::Right
    })
}

fn fixed(_: &Env) -> Outcome {
    let settings = shards::map();
    settings.insert(0, "dark");
    let default = *settings.get(&0).unwrap();
    settings.entry(4).or_insert(default);
    Outcome::wrong_if(*settings.get(&4).unwrap() != "dark")
}
