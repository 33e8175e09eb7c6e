//! The dummy of a queue is dequeued, used again, and is the dummy again.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::queue::{Bug, Queue};
use fidge::Kind;
use fidge::thread;
use std::iter;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "queue-head-recycled",
    story: "A dequeue of Michael and Scott's queue reads the dummy and the node after it, and \
            is interrupted. Another thread dequeues, uses the freed nodes again, and in the \
            end the same node is the dummy, followed by another. The head is what it was, so \
            the dequeue succeeds: it returns a value for the second time and skips those in \
            between.",
    citation: "Michael & Scott, \"Simple, fast, and practical non-blocking and blocking concurrent \
               queue algorithms\", PODC 1996, whose pointers carry modification counters",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 3,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("queue_head_recycled.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let queue = Queue::new(4, bug);
    queue.enqueue(1, 1);
    queue.enqueue(2, 2);
    let (slow, (mut put, mut taken)) = thread::scope(|s| {
        let slow = s.spawn(|| {
            let seen = env.step(0, || mark!(A, queue.look()))?;
            env.step(2, || mark!(B, queue.take(seen)))
        });
        let busy = s.spawn(|| env.step(1, || shuffle(&queue)));
        (slow.join().unwrap(), busy.join().unwrap())
    });
    let rest = iter::from_fn(|| queue.dequeue()).take(8);
    taken.extend(slow.into_iter().chain(rest).map(|(_, value)| value));
    // What came out is what went in.
    put.sort_unstable();
    taken.sort_unstable();
    Outcome::wrong_if(put != taken)
}

/// Turns the queue round until its dummy is node 0 again. What is or was put in, and what this took.
fn shuffle(queue: &Queue) -> (Vec<u64>, Vec<u64>) {
    let (mut put, mut taken, mut nodes) = (vec![1, 2], Vec::new(), vec![3]);
    for step in [None, Some(9), None, None, Some(10), Some(11)] {
        match step {
            None => {
                if let Some((node, value)) = queue.dequeue() {
                    nodes.push(node);
                    taken.push(value);
                }
            }
            Some(value) => {
                if let Some(node) = nodes.pop() {
                    queue.enqueue(node, value);
                    put.push(value);
                }
            }
        }
    }
    (put, taken)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoTag))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
