//! A node is pushed with a relaxed exchange.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::treiber::{Bug, Stack};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "memory_order",
    name: "relaxed-push",
    story: "A push on Treiber's stack writes the value into the node and then makes the node \
            the top. The exchange that does so is relaxed, because \"the loop has read nothing \
            that matters\". The pop acquires, but what it acquires was never released, and it \
            may find the node without its value.",
    citation: "crossbeam-epoch's example of Treiber's stack, which pushes with `Release`",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("relaxed_push.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let stack = Stack::new(1, bug);
    let popped = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, stack.push(0, 42));
        });
        let consumer = s.spawn(|| {
            loop {
                if let Some((_, value)) = mark!(B, stack.pop()) {
                    break value;
                }
                thread::yield_now();
            }
        });
        consumer.join().unwrap()
    });
    Outcome::wrong_if(popped != 42)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::RelaxedPush))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
