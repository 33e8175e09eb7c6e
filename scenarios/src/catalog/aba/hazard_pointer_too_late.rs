//! A hazard pointer is published after the check that it was in time.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::hazard::{Bug, Stack};
use fidge::Kind;
use fidge::thread;
use std::iter;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "hazard-pointer-too-late",
    story: "A pop protects the top by a hazard pointer, and must then check that the top is \
            still the top. Here it checks first and publishes afterwards. In between, another \
            thread pops the node, sees no hazard pointer to it, and later pushes it again \
            above another node. The top is what it was, and the pop makes a node the top that \
            the other thread owns.",
    citation: "Michael, \"Hazard pointers: safe memory reclamation for lock-free objects\", TPDS \
               2004",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 4,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("hazard_pointer_too_late.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let stack = Stack::new(3, 2, bug);
    for node in (0..3).rev() {
        stack.push(node);
    }
    let held = thread::scope(|s| {
        let slow = s.spawn(|| {
            let seen = env.step(0, || mark!(A, stack.look(0)))?;
            let next = env.step(2, || stack.follow(0, seen));
            env.step(4, || mark!(B, stack.take(0, seen, next)))
        });
        let busy = s.spawn(|| {
            let (first, second, unseen) = env.step(1, || {
                let (first, second) = (stack.pop(1), stack.pop(1));
                (
                    first,
                    second,
                    first.is_some_and(|node| stack.is_retired(node)),
                )
            });
            env.step(3, || match first {
                Some(node) if unseen => {
                    stack.push(node);
                    [second, None]
                }
                _ => [second, first],
            })
        });
        let (slow, [second, first]) = (slow.join().unwrap(), busy.join().unwrap());
        [slow, second, first]
    });
    // Every node is on the stack or somebody's, not both.
    let left = iter::from_fn(|| stack.pop(0)).take(8).count();
    Outcome::wrong_if(held.into_iter().flatten().count() + left != 3)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::LateHazard))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
