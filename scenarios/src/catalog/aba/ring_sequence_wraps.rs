//! The positions of a ring buffer have 8 bits.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::ring::{Bug, Ring};
use fidge::Kind;
use fidge::thread;
use std::iter;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "ring-sequence-wraps",
    story: "A consumer of a ring buffer reads the first item and then claims it by moving the \
            head from where it was. The head is a byte. While the consumer is interrupted, \
            others take exactly 256 items, and the head is where it was: the consumer claims \
            an item that somebody else took long ago, and the one that is there is lost.",
    citation: "Vyukov, \"Bounded MPMC queue\", 1024cores, whose sequences are as wide as a machine \
               word; Linux, kfifo: free-running indices",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 3,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("ring_sequence_wraps.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let ring = Ring::new(4, bug);
    ring.push(1);
    let (slow, (mut put, mut taken)) = thread::scope(|s| {
        let slow = s.spawn(|| {
            let seen = env.step(0, || mark!(A, ring.look()))?;
            env.step(2, || mark!(B, ring.take(seen)))
        });
        let busy = s.spawn(|| {
            env.step(1, || {
                let (mut put, mut taken) = (vec![1], Vec::new());
                for item in 2..=257 {
                    taken.extend(ring.pop());
                    if ring.push(item) {
                        put.push(item);
                    }
                }
                (put, taken)
            })
        });
        (slow.join().unwrap(), busy.join().unwrap())
    });
    taken.extend(slow);
    taken.extend(iter::from_fn(|| ring.pop()).take(8));
    // What came out is what went in.
    put.sort_unstable();
    taken.sort_unstable();
    Outcome::wrong_if(put != taken)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::ByteSequence))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
