//! A number of requests under way, which returns to where it was.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::atomic::{AtomicU32, Ordering};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "gauge",
    story: "Requests count themselves in and out of a gauge by read-modify-writes, and a guard \
            closes the service by a compare-exchange from none to closed. The gauge may have gone \
            up and come back in between, and that is correct: none is none. In the racy twin a \
            request counts itself in by a load and a store.",
    citation: "the reference count of Boost's `shared_ptr` and Rust's `Arc`; Michael, \"ABA \
               prevention using single-word instructions\", 2004, on when ABA is harmless",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("gauge.rs"),
};

/// Set in the gauge once the service is closed.
const CLOSED: u32 = 1 << 31;

fn program(env: &Env, enter: fn(&Env, &AtomicU32)) -> Outcome {
    // A request came and went before.
    let gauge = AtomicU32::new(0);
    gauge.fetch_add(1, Ordering::Relaxed);
    gauge.fetch_sub(1, Ordering::Relaxed);
    let closed = thread::scope(|s| {
        s.spawn(|| {
            enter(env, &gauge);
            gauge.fetch_sub(1, Ordering::Release);
        });
        s.spawn(|| {
            env.step(1, || gauge.fetch_add(1, Ordering::Relaxed));
            env.step(3, || gauge.fetch_sub(1, Ordering::Release));
        });
        let guard = s.spawn(|| {
            env.stagger(4);
            let idle = gauge.load(Ordering::Relaxed) == 0;
            env.stagger(5);
            let close = || gauge.compare_exchange(0, CLOSED, Ordering::Acquire, Ordering::Relaxed);
            idle && close().is_ok()
        });
        guard.join().unwrap()
    });
    let expected = if closed { CLOSED } else { 0 };
    Outcome::wrong_if(gauge.load(Ordering::Relaxed) != expected)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, gauge| {
        let seen = env.step(0, || mark!(A, gauge.load(Ordering::Relaxed)));
        env.step(2, || mark!(B, gauge.store(seen + 1, Ordering::Relaxed)));
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, gauge| {
        env.step(0, || gauge.fetch_add(1, Ordering::Relaxed));
    })
}
