//! A message is delivered unless it was seen, and seen by both at once.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashSet;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "set-contains-then-insert",
    story: "A message arrives over two lines. Each strand looks into the set of messages seen, \
            and if the message is not there, inserts and delivers it. When both look first, it is \
            delivered twice. The cure goes by what `insert` answers.",
    citation: "https://github.com/xacrimon/dashmap/issues/309: whether `DashSet::insert` is \
               atomic",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("set_contains_then_insert.rs"),
};

fn program(env: &Env, is_new: fn(&Env, &DashSet<u64>, u32) -> bool) -> Outcome {
    let seen = DashSet::new();
    seen.insert(42);
    seen.remove(&42); // the number is in use again
    let delivered = strands::two(|i| is_new(env, &seen, i));
    Outcome::wrong_if(delivered == [true, true])
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, seen, i| {
        let is_new = env.step(i, || !mark!(A, seen.contains(&42)));
        if is_new {
            env.step(2 + i, || mark!(B, seen.insert(42)));
        }
        is_new
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, seen, i| env.step(i, || seen.insert(42)))
}
