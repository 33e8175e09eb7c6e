//! A scope goes from one lock to another, and is overtaken on the way.

use super::{Guarded, atomic_scope};
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::sync::Mutex;

pub static SCENARIO: Scenario = Scenario {
    class: "scope",
    name: "two-locks",
    story: "A shop counts its stock under one lock, and shows the number in the window under \
            another. A scope copies the one to the other, each under its lock; a copy that was \
            overtaken shows an old number. The cure is one lock around the copy.",
    citation: "Wang & Stoller, \"Accurate and efficient runtime detection of atomicity errors in \
               concurrent programs\", PPoPP 2006",
    racy,
    fixed,
    kind: Kind::Atomicity,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("two_locks.rs"),
};

fn program(env: &Env, show: impl Fn(&dyn Fn()) + Sync) -> Outcome {
    let (stock, window) = (Guarded::new(0), Guarded::new(0));
    strands::two(|i| {
        env.step(2 * i, || stock.update(|stock| stock + 1));
        show(&|| {
            atomic_scope!("show");
            let seen = env.step(1 + 2 * i, || mark!(A, stock.get()));
            env.step(5 - i, || mark!(B, window.set(seen)));
        });
    });
    Outcome::wrong_if(window.get() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, |copy| copy())
}

fn fixed(env: &Env) -> Outcome {
    let showing = Mutex::new(());
    program(env, |copy| {
        let _held = showing.lock().unwrap();
        copy();
    })
}
