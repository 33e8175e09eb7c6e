//! A maximum that is raised by a loop of compare-exchanges.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::sync::atomic::{AtomicU32, Ordering};

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "compare-exchange-max",
    story: "Two strands raise a maximum: each loads it, and as long as its own value is greater \
            tries to exchange it for what it loaded. What it loaded may be overtaken; then the \
            exchange fails, and it looks again. That is correct. In the racy twin it stores.",
    citation: "the idiom of `fetch_max` before it was in the language; Herlihy, \"Wait-free \
               synchronization\", TOPLAS 1991",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("compare_exchange_max.rs"),
};

fn program(env: &Env, raise: fn(&Env, &AtomicU32, u32)) -> Outcome {
    let max = AtomicU32::new(0);
    strands::two(|i| raise(env, &max, i));
    Outcome::wrong_if(max.load(Ordering::Relaxed) != 20)
}

/// The greater value is stored first, under the script.
fn value(i: u32) -> u32 {
    20 - 10 * i
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, max, i| {
        if env.step(i, || mark!(A, max.load(Ordering::Relaxed))) < value(i) {
            env.step(2 + i, || mark!(B, max.store(value(i), Ordering::Relaxed)));
        }
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, max, i| {
        let mut seen = env.step(i, || max.load(Ordering::Relaxed));
        while seen < value(i) {
            let raised = env.step(2 + i, || {
                max.compare_exchange_weak(seen, value(i), Ordering::Relaxed, Ordering::Relaxed)
            });
            match raised {
                Ok(_) => return,
                Err(newer) => seen = newer,
            }
        }
    })
}
