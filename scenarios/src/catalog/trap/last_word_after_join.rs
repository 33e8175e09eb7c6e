//! The last word is written after a join, without another look.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "last-word-after-join",
    story: "The main strand looks at a job's state, starts a worker that writes states of its \
            own, joins it and writes the last one. It has not looked again, and need not: it \
            knows that the worker is through. That is correct. In the racy twin it does not wait.",
    citation: "the write that a join orders: Lamport, \"Time, clocks, and the ordering of \
               events\", CACM 1978",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("last_word_after_join.rs"),
};

/// What the last word replaced.
fn program(
    env: &Env,
    wait: impl for<'scope> FnOnce(thread::ScopedJoinHandle<'scope, ()>),
) -> Option<&'static str> {
    let states = DashMap::new();
    states.insert("job", "new");
    thread::scope(|s| {
        let state = env.step(0, || *mark!(A, states.get("job").unwrap()));
        assert_eq!(state, "new");
        wait(s.spawn(|| {
            env.step(1, || states.insert("job", "running"));
        }));
        env.step(2, || mark!(B, states.insert("job", "ended")))
    })
}

fn racy(env: &Env) -> Outcome {
    let replaced = program(env, |worker| drop(worker));
    Outcome::wrong_if(replaced != Some("new"))
}

fn fixed(env: &Env) -> Outcome {
    let replaced = program(env, |worker| worker.join().unwrap());
    Outcome::wrong_if(replaced != Some("running"))
}
