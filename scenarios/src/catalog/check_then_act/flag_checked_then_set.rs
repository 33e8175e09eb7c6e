//! Who finds the flag down raises it and starts.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::sync::atomic::{AtomicBool, Ordering};

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "flag-checked-then-set",
    story: "A job is to run once a day. A strand that finds the flag `started` down raises it and \
            runs the job; when both find it down, the job runs twice. Both store the same value, \
            and yet the second store acts on what is no longer so. The cure swaps.",
    citation: "CWE-367, time-of-check time-of-use",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("flag_checked_then_set.rs"),
};

fn program(env: &Env, start: fn(&Env, &AtomicBool, u32) -> bool) -> Outcome {
    let started = AtomicBool::new(true);
    started.store(false, Ordering::Release); // a new day
    let ran = strands::two(|i| start(env, &started, i));
    Outcome::wrong_if(ran == [true, true])
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, started, i| {
        let first = env.step(i, || !mark!(A, started.load(Ordering::Acquire)));
        if first {
            env.step(2 + i, || mark!(B, started.store(true, Ordering::Release)));
        }
        first
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, started, i| {
        env.step(i, || !started.swap(true, Ordering::AcqRel))
    })
}
