//! The number of entries is told while one comes in.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "order-notes",
    name: "insert-and-len",
    story: "A worker puts its result into a map, and the main strand tells the number of results. \
            Whether this one is among them is left to chance. The cure joins the worker first.",
    citation: "Dimitrov, Raychev, Vechev & Koskinen, \"Commutativity race detection\", PLDI 2014",
    racy,
    fixed,
    kind: Kind::Unordered,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("insert_and_len.rs"),
};

fn racy(env: &Env) -> Outcome {
    let results = DashMap::new();
    let told = thread::scope(|s| {
        s.spawn(|| env.step(1, || mark!(A, results.insert("primes", 25))));
        env.step(0, || mark!(B, results.len()))
    });
    Outcome::wrong_if(told != 1)
}

fn fixed(env: &Env) -> Outcome {
    let results = DashMap::new();
    let told = thread::scope(|s| {
        let worker = s.spawn(|| env.step(1, || results.insert("primes", 25)));
        worker.join().unwrap();
        env.step(0, || results.len())
    });
    Outcome::wrong_if(told != 1)
}
