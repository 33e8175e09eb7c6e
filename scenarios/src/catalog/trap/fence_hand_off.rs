//! A hand-over by fences around relaxed accesses.

use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::atomic::{AtomicBool, Ordering, fence};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "fence-hand-off",
    story: "A producer fills a slot, fences with `Release` and raises a relaxed flag; the consumer \
            waits for it with relaxed loads and fences with `Acquire`, once. That is correct. In the \
            racy twin the consumer's fence was lost in a refactoring.",
    citation: "C++20 [atomics.fences]; google/sanitizers#1415: ThreadSanitizer does not support \
               fences and reports the correct program",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("fence_hand_off.rs"),
};

fn program(env: &Env, acquire: impl Fn() + Sync) -> Outcome {
    let (slot, flag) = (Slot::new(0), AtomicBool::new(false));
    let seen = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, slot.set(42));
            fence(Ordering::Release);
            flag.store(true, Ordering::Relaxed);
        });
        let consumer = s.spawn(|| {
            while !flag.load(Ordering::Relaxed) {
                thread::yield_now();
            }
            acquire();
            mark!(B, slot.get())
        });
        consumer.join().unwrap()
    });
    Outcome::wrong_if(seen != 42)
}

fn racy(env: &Env) -> Outcome {
    program(env, || {})
}

fn fixed(env: &Env) -> Outcome {
    program(env, || fence(Ordering::Acquire))
}
