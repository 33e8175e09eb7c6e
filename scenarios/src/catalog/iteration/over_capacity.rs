//! There is room for one more, both find.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicUsize, Ordering};

pub static SCENARIO: Scenario = Scenario {
    class: "iteration",
    name: "over-capacity",
    story: "A pool takes as many connections as it has room for. Two strands find room for one \
            more, and both insert theirs. The cure reserves a place in a counter first.",
    citation: "CWE-367, time-of-check time-of-use",
    racy,
    fixed,
    kind: Kind::StaleSize,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("over_capacity.rs"),
};

const ROOM: usize = 4;

fn program(add: impl Fn(&DashMap<u32, ()>, u32) + Sync) -> Outcome {
    let pool = DashMap::new();
    for old in 2..5 {
        pool.insert(old, ());
    }
    strands::two(|i| add(&pool, i));
    Outcome::wrong_if(pool.len() > ROOM)
}

fn racy(env: &Env) -> Outcome {
    program(|pool, i| {
        if env.step(i, || mark!(A, pool.len())) < ROOM {
            env.step(2 + i, || mark!(B, pool.insert(i, ())));
        }
    })
}

fn fixed(env: &Env) -> Outcome {
    let taken = AtomicUsize::new(3);
    program(|pool, i| {
        if env.step(i, || taken.fetch_add(1, Ordering::Relaxed)) < ROOM {
            env.step(2 + i, || pool.insert(i, ()));
        }
    })
}
