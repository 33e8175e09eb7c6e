//! Two draw the same random key, and one's entry is gone.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::dashmap::mapref::entry::Entry;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "colliding-key",
    story: "Entries are stored under keys drawn at random; a key that is taken is drawn again. \
            Two strands draw the same one, find it free, and insert: the first entry is dropped, \
            and its owner holds a key to somebody else's. The cure draws again where the entry is \
            not vacant.",
    citation: "https://github.com/xacrimon/dashmap/issues/196: how to fail on insert if the key \
               is present",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("colliding_key.rs"),
};

/// What the two strands draw, in this order; only the first draw is the same.
fn draws(i: u32) -> [u64; 2] {
    [7, 8 + u64::from(i)]
}

fn program(env: &Env, store: fn(&Env, &DashMap<u64, u32>, u32) -> u64) -> Outcome {
    let entries = DashMap::new();
    let keys = strands::two(|i| store(env, &entries, i));
    Outcome::wrong_if(keys[0] == keys[1])
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, entries, i| {
        let free = |key: &u64| env.step(i, || !mark!(A, entries.contains_key(key)));
        let key = draws(i).into_iter().find(free).unwrap();
        env.step(2 + i, || mark!(B, entries.insert(key, i)));
        key
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, entries, i| {
        let stored = |key: &u64| match env.step(i, || entries.entry(*key)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(entry) => {
                entry.insert(i);
                true
            }
        };
        draws(i).into_iter().find(stored).unwrap()
    })
}
