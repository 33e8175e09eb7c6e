//! A spin lock that looks before it swaps.

use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::sync::atomic::{AtomicBool, Ordering};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "test-and-test-and-set",
    story: "A lock made of one flag: a strand waits with relaxed loads until the flag is down and \
            then swaps it, with `Acquire`, which may fail as the look is no promise. That is \
            correct. In the racy twin the swap is relaxed, since the flag was \"already looked \
            at\".",
    citation: "Rudolph & Segall, \"Dynamic decentralized cache schemes for MIMD parallel \
               processors\", ISCA 1984",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("test_and_test_and_set.rs"),
};

const ROUNDS: u32 = 20;

fn program(env: &Env, take: Ordering) -> Outcome {
    let (locked, total) = (AtomicBool::new(false), Slot::new(0));
    strands::two(|i| {
        env.stagger(u64::from(i));
        for _ in 0..ROUNDS {
            while locked.load(Ordering::Relaxed) || locked.swap(true, take) {
                thread::yield_now();
            }
            mark!(A, mark!(B, total.set(total.get() + 1)));
            locked.store(false, Ordering::Release);
        }
    });
    Outcome::wrong_if(total.get() != 2 * ROUNDS)
}

fn racy(env: &Env) -> Outcome {
    program(env, Ordering::Relaxed)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Ordering::Acquire)
}
