//! Between the look and the removal, the task left and came again.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::registry::{Bug, Registry};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "reaped-after-reinsertion",
    story: "A reaper finds that a task of the registry has shown no sign of life for long, and \
            goes to take it out. Meanwhile the task has left and, being restarted, entered \
            again under its old id. The id is the same, so the reaper's conditional removal \
            succeeds, and a live task is struck off.",
    citation: "DashMap's remove_if and every compare-then-remove by id (hit-box/hitbox#208, \
               tower-sessions#41); ZooKeeper's guard against the same mistake is the version that \
               setData and delete take",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("reaped_after_reinsertion.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let registry = Registry::new(1, bug);
    registry.enter(0, 10, || ());
    thread::scope(|s| {
        s.spawn(|| {
            let seen = env.step(0, || mark!(A, registry.look(0)))?;
            let is_silent = seen.beat < 50;
            env.step(2, || Some(is_silent && mark!(B, registry.reap(seen))))
        });
        s.spawn(|| {
            env.step(1, || {
                registry.leave(0);
                registry.enter(0, 90, || ());
            });
        });
    });
    let running = 1;
    Outcome::wrong_if(registry.look(0).is_none() || !registry.agrees(running))
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoIncarnation))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
