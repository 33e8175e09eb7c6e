//! A node comes back to the top of a stack, with another below it.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::treiber::{Bug, Stack};
use fidge::Kind;
use fidge::thread;
use std::iter;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "treiber-pop",
    story: "A pop reads the top of Treiber's stack and the node below it, and is interrupted. \
            Meanwhile another thread pops both and pushes the first again. The top is what it \
            was, so the pop's `compare_exchange` succeeds, and makes a node the top that the \
            other thread owns.",
    citation: "Treiber, \"Systems programming: coping with parallelism\", IBM RJ 5118, 1986; \
               Michael & Scott, \"Nonblocking algorithms and preemption-safe locking\", JPDC 1998",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("treiber_pop.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let stack = Stack::new(3, bug);
    for node in (0..3).rev() {
        stack.push(node, u64::from(node));
    }
    let held = thread::scope(|s| {
        let slow = s.spawn(|| {
            let seen = env.step(0, || mark!(A, stack.look()))?;
            env.step(2, || mark!(B, stack.take(seen)))
        });
        let busy = s.spawn(|| {
            env.step(1, || {
                let (first, second) = (stack.pop(), stack.pop());
                if let Some((node, value)) = first {
                    stack.push(node, value);
                }
                second
            })
        });
        [slow.join().unwrap(), busy.join().unwrap()]
    });
    // Every node is on the stack or somebody's, not both.
    let left = iter::from_fn(|| stack.pop()).take(8).count();
    Outcome::wrong_if(held.into_iter().flatten().count() + left != 3)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoTag))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
