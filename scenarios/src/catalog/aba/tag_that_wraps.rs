//! A tag of 8 bits counts to 256 and is where it was.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::treiber::{Bug, Stack};
use fidge::Kind;
use fidge::thread;
use std::iter;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "tag-that-wraps",
    story: "The head of a stack has a tag, as it should, but one of 8 bits, which was what the \
            word had left. While a pop is interrupted, another thread changes the stack \
            exactly 256 times. Top and tag are what they were, and the pop makes a node the \
            top that the other thread owns.",
    citation: "Michael, \"Hazard pointers\", TPDS 2004, on tags that wrap around during one \
               operation; Dechev, Pirkelbauer & Stroustrup, \"Understanding and effectively \
               preventing the ABA problem\", ISORC 2010",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 3,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("tag_that_wraps.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let stack = Stack::new(4, bug);
    for node in (0..4).rev() {
        stack.push(node, u64::from(node));
    }
    let held = thread::scope(|s| {
        let slow = s.spawn(|| {
            let seen = env.step(0, || mark!(A, stack.look()))?;
            env.step(2, || mark!(B, stack.take(seen)))
        });
        let busy = s.spawn(|| {
            env.step(1, || {
                let (first, second, mut third) = (stack.pop(), stack.pop(), stack.pop());
                if let Some((node, value)) = first {
                    stack.push(node, value);
                }
                // Four changes so far; with these 256.
                for _ in 0..126 {
                    if let Some((node, value)) = third {
                        stack.push(node, value);
                        third = stack.pop();
                    }
                }
                [second, third]
            })
        });
        let (slow, [second, third]) = (slow.join().unwrap(), busy.join().unwrap());
        [slow, second, third]
    });
    // Every node is on the stack or somebody's, not both.
    let left = iter::from_fn(|| stack.pop()).take(8).count();
    Outcome::wrong_if(held.into_iter().flatten().count() + left != 4)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::ByteTag))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
