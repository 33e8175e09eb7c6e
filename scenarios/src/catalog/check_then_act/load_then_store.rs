//! Numbers drawn by `load` and `store`.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::sync::atomic::{AtomicU32, Ordering};

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "load-then-store",
    story: "Two strands draw a number each: they load the counter and store one more. Both \
            accesses are atomic, so there is no data race, and whoever loads what the other \
            loaded draws the same number. The cure is one read-modify-write.",
    citation: "Herlihy & Shavit, \"The art of multiprocessor programming\", 2008, section 1.1: \
               the shared counter",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("load_then_store.rs"),
};

fn program(env: &Env, draw: fn(&Env, &AtomicU32, u32) -> u32) -> Outcome {
    let next = AtomicU32::new(0);
    next.store(100, Ordering::Relaxed); // the numbers below are reserved
    let [one, other] = strands::two(|i| draw(env, &next, i));
    Outcome::wrong_if(one == other)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, next, i| {
        let number = env.step(i, || mark!(A, next.load(Ordering::Relaxed)));
        env.step(2 + i, || {
            mark!(B, next.store(number + 1, Ordering::Relaxed))
        });
        number
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, next, i| {
        env.step(i, || next.fetch_add(1, Ordering::Relaxed))
    })
}
