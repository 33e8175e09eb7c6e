//! A scope goes from one lock to another, and is overtaken on the way.

use super::Guarded;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::sync::Mutex;

pub static SCENARIO: Scenario = Scenario {
    class: "scope",
    name: "lock-to-lock",
    story: "A shop counts its stock under one lock, and shows the number in the window under \
            another. A delivery counts and then shows, each under its lock; one that is overtaken \
            on the way shows an old number. The cure is one lock around the delivery.",
    citation: "Wang & Stoller, \"Accurate and efficient runtime detection of atomicity errors in \
               concurrent programs\", PPoPP 2006",
    racy,
    fixed,
    kind: Kind::Atomicity,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("lock_to_lock.rs"),
};

fn program(env: &Env, deliver: impl Fn(&dyn Fn()) + Sync) -> Outcome {
    let (stock, window) = (Guarded::new(0), Guarded::new(0));
    strands::two(|i| {
        deliver(&|| {
            fidge::atomic_scope!("deliver");
            let new = env.step(i, || mark!(A, stock.update(|stock| stock + 1)));
            env.step(3 - i, || mark!(B, window.set(new)));
        });
    });
    Outcome::wrong_if(window.get() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, |deliver| deliver())
}

fn fixed(env: &Env) -> Outcome {
    let delivering = Mutex::new(());
    program(env, |deliver| {
        let _held = delivering.lock().unwrap();
        deliver();
    })
}
