//! Who finds that nobody has claimed the job claims it and starts.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::sync::atomic::{AtomicU32, Ordering};

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "flag-checked-then-set",
    story: "A job is to run once a day. A strand that finds it unclaimed stores its own number \
            there and runs the job; when both find it unclaimed, the job runs twice, and who was \
            first is forgotten. The cure exchanges.",
    citation: "CWE-367, time-of-check time-of-use",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("flag_checked_then_set.rs"),
};

const NOBODY: u32 = 0;

fn program(env: &Env, start: fn(&Env, &AtomicU32, u32) -> bool) -> Outcome {
    let claimed = AtomicU32::new(2);
    claimed.store(NOBODY, Ordering::Release); // a new day
    let ran = strands::two(|i| start(env, &claimed, i));
    Outcome::wrong_if(ran == [true, true])
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, claimed, i| {
        let first = env.step(i, || mark!(A, claimed.load(Ordering::Acquire)) == NOBODY);
        if first {
            env.step(2 + i, || mark!(B, claimed.store(1 + i, Ordering::Release)));
        }
        first
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, claimed, i| {
        let (success, failure) = (Ordering::AcqRel, Ordering::Relaxed);
        env.step(i, || {
            claimed
                .compare_exchange(NOBODY, 1 + i, success, failure)
                .is_ok()
        })
    })
}
