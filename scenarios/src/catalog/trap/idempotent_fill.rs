//! Two fill a cache with the same value.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "idempotent-fill",
    story: "Two strands miss the cache, compute the square, and insert it: the second insertion \
            overwrites the first, with what is there already. That is correct, since whoever \
            computes gets the same. In the racy twin what they insert is their own serial number.",
    citation: "Flanagan & Freund, \"Atomizer\", POPL 2004, on benign redundant writes; the idiom \
               of many memo tables",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("idempotent_fill.rs"),
};

fn program(env: &Env, value: fn(&Env, &DashMap<u32, u32>, u32) -> u32) -> Outcome {
    let squares = DashMap::new();
    let [one, other] = strands::two(|i| value(env, &squares, i));
    Outcome::wrong_if(one != other)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, squares, i| {
        let known = env.step(i, || mark!(A, squares.get(&12)).map(|known| *known));
        known.unwrap_or_else(|| {
            env.step(2 + i, || mark!(B, squares.insert(12, i)));
            i
        })
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, squares, i| {
        let known = env.step(i, || squares.get(&12).map(|known| *known));
        known.unwrap_or_else(|| {
            env.step(2 + i, || squares.insert(12, 12 * 12));
            12 * 12
        })
    })
}
