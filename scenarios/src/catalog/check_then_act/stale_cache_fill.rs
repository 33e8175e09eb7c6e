//! A cache is filled with what the database held a moment ago.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "stale-cache-fill",
    story: "A reader misses the cache, reads the row and puts it into the cache. Between its read \
            and its insertion a writer changed the row and put the new one into the cache, where \
            the old one now stays. The cure fills a vacant entry only.",
    citation: "https://github.com/near/nearcore/pull/14987: stale cache entries; Nishtala et al., \
               \"Scaling Memcache at Facebook\", NSDI 2013, on stale sets",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("stale_cache_fill.rs"),
};

fn program(env: &Env, fill: fn(&Env, &DashMap<&str, u32>, u32)) -> Outcome {
    let (row, cache) = (Mutex::new(1), DashMap::new());
    thread::scope(|s| {
        s.spawn(|| {
            let read = env.step(0, || {
                let missed = mark!(A, cache.get("row")).is_none();
                missed.then(|| *row.lock().unwrap())
            });
            if let Some(read) = read {
                fill(env, &cache, read);
            }
        });
        s.spawn(|| {
            env.step(1, || {
                *row.lock().unwrap() = 2;
                cache.insert("row", 2);
            });
        });
    });
    Outcome::wrong_if(*cache.get("row").unwrap() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, cache, row| {
        env.step(2, || mark!(B, cache.insert("row", row)));
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, cache, row| {
        env.step(2, || cache.entry("row").or_insert(row));
    })
}
