//! A cache's get holds the lock for reading, and moves the entry.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::lru::{Bug, Lru};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "lock",
    name: "moves-under-read-lock",
    story: "A get of an LRU cache makes the entry the most recently used one, which changes \
            the links. Because it is a get, it takes the lock for reading. Two of them link \
            their entries at once, and one entry is in no list any more.",
    citation: "hashicorp/golang-lru takes its lock exclusively in Get; groupcache's lru.Cache \
               says that it is not safe for concurrent access",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 2,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("moves_under_read_lock.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let cache = Lru::new(3, 2, bug);
    cache.insert(1, 10);
    cache.insert(2, 20);
    let pause = || {
        env.step(0, || ());
        env.step(2, || ());
    };
    thread::scope(|s| {
        s.spawn(|| mark!(A, cache.get(1, pause)));
        s.spawn(|| env.step(1, || mark!(B, cache.get(2, || ()))));
    });
    Outcome::wrong_if(cache.len() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::MovesUnderReadLock))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
