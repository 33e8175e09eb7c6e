//! A deque is emptied and starts again at 0 under a thief.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::deque::{Bug, Deque};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "deque-top-without-tag",
    story: "A thief reads the top of a work-stealing deque and the task there, and is \
            interrupted. The owner pops that task, which empties the deque, so both ends start \
            again at 0, and pushes another. The top is what it was: the thief runs the first \
            task for the second time, and the new one is never run.",
    citation: "Arora, Blumofe & Plaxton, \"Thread scheduling for multiprogrammed multiprocessors\", \
               SPAA 1998: the tag in `age`",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("deque_top_without_tag.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let deque = Deque::new(2, bug);
    deque.push(7);
    let run = thread::scope(|s| {
        let thief = s.spawn(|| {
            let seen = env.step(0, || mark!(A, deque.look()))?;
            env.step(2, || mark!(B, deque.steal(seen)))
        });
        let owner = s.spawn(|| {
            env.step(1, || {
                let task = deque.pop();
                deque.push(8);
                task
            })
        });
        [thief.join().unwrap(), owner.join().unwrap()]
    });
    let rest = [deque.pop(), deque.pop()];
    let mut run: Vec<_> = run.into_iter().chain(rest).flatten().collect();
    run.sort_unstable();
    Outcome::wrong_if(run != [7, 8])
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoTag))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
