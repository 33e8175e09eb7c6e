//! A cell whose lock is held for each access, and not for the scope.

use super::Guarded;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;

pub static SCENARIO: Scenario = Scenario {
    class: "scope",
    name: "cell-guarded-per-access",
    story: "A total lives in a plain cell with a mutex beside it. Every access takes the mutex, \
            so none races; but a scope that reads the total and writes it back takes it twice, \
            and another's addition between the two is lost. The cure takes it once.",
    citation: "Artho, Havelund & Biere, \"High-level data races\", STVR 2003; Flanagan & Freund, \
               \"Atomizer\", POPL 2004",
    racy,
    fixed,
    kind: Kind::Atomicity,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("cell_guarded_per_access.rs"),
};

fn program(env: &Env, add: fn(&Env, &Guarded<u32>, u32)) -> Outcome {
    let total = Guarded::new(0);
    strands::two(|i| {
        fidge::atomic_scope!("add");
        add(env, &total, i);
    });
    Outcome::wrong_if(total.get() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, total, i| {
        let seen = env.step(i, || mark!(A, total.get()));
        env.step(2 + i, || mark!(B, total.set(seen + 1)));
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, total, i| {
        env.step(i, || total.update(|total| total + 1));
    })
}
