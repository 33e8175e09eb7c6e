//! Two threads each raise a flag and look at the other's.

use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::atomic::{AtomicBool, Ordering};
use fidge::thread;
use std::sync::atomic::AtomicU32;

pub static SCENARIO: Scenario = Scenario {
    class: "memory_order",
    name: "dekker-without-seqcst",
    story: "Dekker's entry: raise your flag, look at the other's, and enter if it is down. \
            With `Release` and `Acquire` the look may come before the raising, in the compiler \
            or in the store buffer. No machine does that on demand, so the racy program has it \
            written out: it looks, then raises. Both enter.",
    citation: "Dijkstra, EWD 123, 1965; the store-buffering litmus test (Sewell et al., \
               \"x86-TSO\", CACM 2010)",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("dekker_without_seqcst.rs"),
};

/// Raises `mine` and says whether `theirs` was down.
type Enter = fn(env: &Env, steps: [u32; 2], mine: &AtomicBool, theirs: &AtomicBool) -> bool;

fn program(env: &Env, enter: Enter) -> Outcome {
    let (left, right) = (AtomicBool::new(false), AtomicBool::new(false));
    let total = Slot::new(0);
    // std's and relaxed, which no detector takes for an order: how many are inside.
    let (inside, together) = (AtomicU32::new(0), AtomicU32::new(0));
    let arrive = || {
        if inside.fetch_add(1, Ordering::Relaxed) > 0 {
            together.fetch_add(1, Ordering::Relaxed);
        }
    };
    let depart = || inside.fetch_sub(1, Ordering::Relaxed);
    thread::scope(|s| {
        s.spawn(|| {
            if enter(env, [0, 2], &left, &right) {
                env.step(4, arrive);
                env.step(6, || mark!(A, total.set(total.get() + 1)));
                depart();
            }
            left.store(false, Ordering::Release);
        });
        s.spawn(|| {
            if enter(env, [1, 3], &right, &left) {
                env.step(5, arrive);
                mark!(B, total.set(total.get() + 1));
                depart();
            }
            right.store(false, Ordering::Release);
        });
    });
    Outcome::wrong_if(together.load(Ordering::Relaxed) > 0)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, [look, raise], mine, theirs| {
        let free = env.step(look, || !theirs.load(Ordering::Acquire));
        env.step(raise, || mine.store(true, Ordering::Release));
        free
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, [raise, look], mine, theirs| {
        env.step(raise, || mine.store(true, Ordering::SeqCst));
        env.step(look, || !theirs.load(Ordering::SeqCst))
    })
}
