//! The index at a list's tail comes back with another key.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::lru::{Bug, Lru};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "lru-victim-reused",
    story: "A segmented LRU keeps its order as links of indices. Who evicts looks at the tail \
            without the lock, then takes the lock and goes on if the tail is the same. In \
            between, the victim was removed, its index was given to a new key, and other hits \
            brought that index to the tail again. The newest entry of the cache is evicted.",
    citation: "Karedla, Love & Wherry, \"Caching strategies to improve disk system performance\", \
               Computer 1994, for the segmented LRU; the tag for an index is that of the free \
               list",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("lru_victim_reused.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let cache = Lru::new(3, 2, bug);
    cache.insert(1, 10);
    cache.insert(2, 20);
    let evicted = thread::scope(|s| {
        let evictor = s.spawn(|| {
            let seen = env.step(0, || mark!(A, cache.look()))?;
            env.step(2, || mark!(B, cache.evict(seen)))
        });
        s.spawn(|| {
            env.step(1, || {
                cache.remove(1);
                cache.insert(5, 50);
                cache.get(2, || ());
            });
        });
        evictor.join().unwrap()
    });
    // It is there, unless it was meant.
    Outcome::wrong_if(evicted != Some(5) && cache.get(5, || ()) != Some(50))
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoTag))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
