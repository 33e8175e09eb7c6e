//! A bucket comes back with another key.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::bucket_pool::{Bug, Map};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "recycled-bucket",
    story: "A map's place holds the index of a bucket. A thread finds its key in the bucket \
            and goes to take the bucket out of the place. Meanwhile another thread has removed \
            the entry, and added one with a different key at the same place, for which the \
            pool gave it the same bucket. The place holds what it held, and the other key's \
            entry is gone.",
    citation: "Michael, \"High performance dynamic lock-free hash tables and list-based sets\", \
               SPAA 2002, whose links carry tags because nodes are used again",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("recycled_bucket.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let map = Map::new(1, 2, bug);
    map.insert(1, 10);
    let added = thread::scope(|s| {
        s.spawn(|| {
            let seen = env.step(0, || mark!(A, map.look(1)))?;
            env.step(2, || Some(mark!(B, map.remove(seen, || ()))))
        });
        let other = s.spawn(|| {
            env.step(1, || {
                let removed = map.look(1).is_some_and(|seen| map.remove(seen, || ()));
                removed && map.insert(2, 20)
            })
        });
        other.join().unwrap()
    });
    Outcome::wrong_if(added && map.look(2).is_none())
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoTag))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
