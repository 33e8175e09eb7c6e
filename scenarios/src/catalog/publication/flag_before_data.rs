//! The flag is raised before the data is there.

use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::atomic::{AtomicBool, Ordering};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "publication",
    name: "flag-before-data",
    story: "A worker computes a result and raises a flag with `Release`; the reader waits for the \
            flag with `Acquire`. The orders are right, but an edit has moved the store of the flag \
            above that of the result, so the flag vouches for nothing.",
    citation: "Lamport, \"Time, clocks, and the ordering of events\", CACM 1978; the message-passing \
               litmus test",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("flag_before_data.rs"),
};

fn reader(result: &Slot<u64>, ready: &AtomicBool) -> u64 {
    while !ready.load(Ordering::Acquire) {
        thread::yield_now();
    }
    mark!(B, result.get())
}

fn racy(env: &Env) -> Outcome {
    let (result, ready) = (Slot::new(0), AtomicBool::new(false));
    let seen = thread::scope(|s| {
        s.spawn(|| {
            ready.store(true, Ordering::Release);
            env.stagger(0);
            mark!(A, result.set(42));
        });
        s.spawn(|| reader(&result, &ready)).join().unwrap()
    });
    Outcome::wrong_if(seen != 42)
}

fn fixed(env: &Env) -> Outcome {
    let (result, ready) = (Slot::new(0), AtomicBool::new(false));
    let seen = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            result.set(42);
            ready.store(true, Ordering::Release);
        });
        s.spawn(|| reader(&result, &ready)).join().unwrap()
    });
    Outcome::wrong_if(seen != 42)
}
