//! Read lock, miss, write lock, insert, without a second look.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::collections::HashMap;
use fidge::sync::RwLock;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "no-second-look",
    story: "A cache behind a reader-writer lock: a strand that misses under the read lock makes \
            the value and inserts it under the write lock, as the lock cannot be upgraded. It \
            does not look again, so two strands that miss go on with different values. The cure \
            looks again under the write lock.",
    citation: "the second check of double-checked locking: Schmidt & Harrison, PLoPD 3, 1997; \
               https://github.com/xacrimon/dashmap/pull/293, the review",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("no_second_look.rs"),
};

type Cache = RwLock<HashMap<&'static str, u32>>;

fn program(env: &Env, value: fn(&Env, &Cache, u32) -> u32) -> Outcome {
    let cache = RwLock::new(HashMap::new());
    let [one, other] = strands::two(|i| value(env, &cache, i));
    Outcome::wrong_if(one != other)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, cache, i| {
        let known = env.step(i, || mark!(A, cache.read().unwrap().get("key").copied()));
        known.unwrap_or_else(|| {
            env.step(2 + i, || mark!(B, cache.write().unwrap().insert("key", i)));
            i
        })
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, cache, i| {
        let known = env.step(i, || cache.read().unwrap().get("key").copied());
        known.unwrap_or_else(|| {
            let mut cache = env.step(2 + i, || cache.write().unwrap());
            let known = cache.get("key").copied();
            known.unwrap_or_else(|| {
                cache.insert("key", i);
                i
            })
        })
    })
}
