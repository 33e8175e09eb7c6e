//! Whoever has the number that is served has the lock, and serves the next.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::sync::atomic::{AtomicU32, Ordering};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "ticket-lock",
    story: "Strands draw tickets by `fetch_add` and wait until theirs is served. The holder \
            serves the next by a load and a store, which nobody can overtake, as nobody else is \
            served. That is correct. In the racy twin it is the tickets that are drawn by a load \
            and a store.",
    citation: "Mellor-Crummey & Scott, \"Algorithms for scalable synchronization on shared-memory \
               multiprocessors\", TOCS 1991",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("ticket_lock.rs"),
};

fn program(
    env: &Env,
    draw: fn(&Env, &AtomicU32, u32) -> u32,
    serve_next: fn(&AtomicU32),
) -> Outcome {
    // Taken and given back once before.
    let (next, served) = (AtomicU32::new(0), AtomicU32::new(0));
    next.fetch_add(1, Ordering::Relaxed);
    served.fetch_add(1, Ordering::Release);
    let [one, other] = strands::two(|i| {
        let ticket = draw(env, &next, i);
        // Not `!=`: of two holders of one ticket the slower would wait for ever.
        while served.load(Ordering::Acquire) < ticket {
            thread::yield_now();
        }
        serve_next(&served);
        ticket
    });
    Outcome::wrong_if(one == other)
}

fn racy(env: &Env) -> Outcome {
    program(
        env,
        |env, next, i| {
            let ticket = env.step(i, || mark!(A, next.load(Ordering::Relaxed)));
            env.step(2 + i, || {
                mark!(B, next.store(ticket + 1, Ordering::Relaxed))
            });
            ticket
        },
        |served| {
            served.fetch_add(1, Ordering::Release);
        },
    )
}

fn fixed(env: &Env) -> Outcome {
    program(
        env,
        |env, next, i| env.step(i, || next.fetch_add(1, Ordering::Relaxed)),
        |served| {
            let mine = served.load(Ordering::Relaxed);
            served.store(mine + 1, Ordering::Release);
        },
    )
}
