//! A lock is tried, and what came of it is not looked at.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::registry::{Bug, Registry};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "lock",
    name: "try-lock-ignored",
    story: "A task that leaves the registry counts itself out. So as not to wait there, it \
            tries the lock; when another task holds it, it goes on all the same. Both change \
            the count, and the registry disagrees with the runtime about how many tasks are \
            alive.",
    citation: "CWE-667, improper locking; rustc's lint `let_underscore_lock` is about its cousin, \
               a guard that is dropped at once",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("try_lock_ignored.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let registry = Registry::new(2, bug);
    registry.enter(0, 10, || ());
    let pause = || {
        env.step(0, || ());
        env.step(2, || ());
    };
    thread::scope(|s| {
        s.spawn(|| mark!(A, registry.enter(1, 20, pause)));
        s.spawn(|| env.step(1, || mark!(B, registry.leave(0))));
    });
    let running = 1;
    Outcome::wrong_if(!registry.agrees(running))
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::TryLockIgnored))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
