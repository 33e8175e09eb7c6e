//! Three philosophers, three forks.

use super::Table;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "lock-order",
    name: "three-locks",
    story: "Each of three strands takes the lock to its left and then the one to its right. No \
            two of them take two locks in both orders; the three together close a circle. The \
            cure is a waiter: a lock that is held while the two are taken.",
    citation: "Dijkstra, \"Hierarchical ordering of sequential processes\", Acta Informatica 1971",
    racy,
    fixed,
    kind: Kind::LockOrder,
    depth: 3,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("three_locks.rs"),
};

fn racy(env: &Env) -> Outcome {
    let (forks, table) = ([0; 3].map(Mutex::new), Table::new(3));
    let eat = |i: usize| {
        let (mut left, outcome) = table.first(env, i as u32, || forks[i].lock().unwrap());
        // Whichever two of the three a report names, they are here.
        let mut right = mark!(A, mark!(B, forks[(i + 1) % 3].lock().unwrap()));
        table.second();
        *left += 1;
        *right += 1;
        outcome
    };
    let outcomes = thread::scope(|s| {
        let strands = [0, 1, 2].map(|i| s.spawn(move || eat(i)));
        strands.map(|strand| strand.join().unwrap())
    });
    Outcome::wrong_if(outcomes.contains(&Outcome::Wrong))
}

fn fixed(env: &Env) -> Outcome {
    let (forks, waiter) = ([0; 3].map(Mutex::new), Mutex::new(()));
    let eat = |i: usize| {
        let _served = env.step(i as u32, || waiter.lock().unwrap());
        let mut left = forks[i].lock().unwrap();
        let mut right = forks[(i + 1) % 3].lock().unwrap();
        *left += 1;
        *right += 1;
    };
    thread::scope(|s| {
        for i in 0..3 {
            s.spawn(move || eat(i));
        }
    });
    Outcome::wrong_if(forks.map(|fork| fork.into_inner().unwrap()) != [2; 3])
}
