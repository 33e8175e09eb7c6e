//! A session is loaded over the changes of another request.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "session-loaded-twice",
    story: "Requests of one session share it through a map of loaded sessions. A request that \
            does not find the session there loads it from the store and inserts it; when both do, \
            the one that inserts later wipes out what the other has changed since. The cure loads \
            into a vacant entry only.",
    citation: "https://github.com/maxcountryman/tower-sessions/pull/41: the entry API to make \
               updates of loaded sessions atomic",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("session_loaded_twice.rs"),
};

/// Things in the session's basket, as the store has it.
const STORED: u32 = 0;

fn program(env: &Env, load: fn(&Env, &DashMap<u64, u32>, u32)) -> Outcome {
    let loaded = DashMap::new();
    strands::two(|i| {
        load(env, &loaded, i);
        env.step(3 + 2 * i, || *loaded.get_mut(&1).unwrap() += 1);
    });
    Outcome::wrong_if(*loaded.get(&1).unwrap() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, loaded, i| {
        if !env.step(i, || mark!(A, loaded.contains_key(&1))) {
            env.step(2 + 2 * i, || mark!(B, loaded.insert(1, STORED)));
        }
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, loaded, i| {
        env.step(i, || loaded.entry(1).or_insert(STORED));
    })
}
