//! Two strands each hold a shard and ask for the other's.

use super::attempt;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards;
use crate::strands;
use fidge::Kind;

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "two-shards",
    story: "Two rows refer to each other. Each strand holds a reference to one while it inserts \
            the other. Either shard would do alone; when both strands have their reference, both \
            insertions wait for ever. The cure copies and lets go.",
    citation: "https://github.com/xacrimon/dashmap/issues/369: cross-shard deadlock",
    racy,
    fixed,
    kind: Kind::GuardDeadlock,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("two_shards.rs"),
};

fn racy(env: &Env) -> Outcome {
    let env = env.clone();
    attempt(move || {
        let rows = shards::map();
        rows.insert(0, "alpha");
        rows.insert(1, "beta");
        strands::two(|i| {
            let own = env.step(i, || mark!(A, rows.get(&i.into()).unwrap()));
            env.step(2 + i, || ());
            mark!(B, rows.insert(1 - u64::from(i), *own));
        });
        Outcome::Right
    })
}

fn fixed(env: &Env) -> Outcome {
    let rows = shards::map();
    rows.insert(0, "alpha");
    rows.insert(1, "beta");
    strands::two(|i| {
        let own = env.step(i, || *rows.get(&i.into()).unwrap());
        env.step(2 + i, || ());
        rows.insert(1 - u64::from(i), own);
    });
    Outcome::wrong_if(rows.len() != 2)
}
