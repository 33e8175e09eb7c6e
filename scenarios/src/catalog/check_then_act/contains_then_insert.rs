//! A name is claimed by looking whether it is free, and taking it.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::dashmap::mapref::entry::Entry;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "contains-then-insert",
    story: "Two people sign up under one name. Each is told that the name is free and then \
            inserts itself as its owner; the later of the two silently evicts the other, who has \
            been told that the name is theirs. The cure inserts into a vacant entry.",
    citation: "https://github.com/xacrimon/dashmap/issues/149: an insertion that fails where the \
               key is taken",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("contains_then_insert.rs"),
};

fn program(env: &Env, claim: fn(&Env, &DashMap<&str, u32>, u32) -> bool) -> Outcome {
    let owners = DashMap::new();
    let claimed = strands::two(|i| claim(env, &owners, i));
    Outcome::wrong_if(claimed == [true, true])
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, owners, i| {
        let taken = env.step(i, || mark!(A, owners.contains_key("ada")));
        if !taken {
            env.step(2 + i, || mark!(B, owners.insert("ada", i)));
        }
        !taken
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, owners, i| {
        env.step(i, || match owners.entry("ada") {
            Entry::Occupied(_) => false,
            Entry::Vacant(entry) => {
                entry.insert(i);
                true
            }
        })
    })
}
