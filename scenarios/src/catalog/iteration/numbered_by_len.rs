//! The next key is the number of keys.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicUsize, Ordering};

pub static SCENARIO: Scenario = Scenario {
    class: "iteration",
    name: "numbered-by-len",
    story: "Records get the map's length as their key. Two strands that ask for the length before \
            either inserts take the same key, and one record overwrites the other. The cure draws \
            the keys from a counter.",
    citation: "https://github.com/xacrimon/dashmap/issues/121: a map that is filled at its \
               length, from many threads",
    racy,
    fixed,
    kind: Kind::StaleSize,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("numbered_by_len.rs"),
};

fn program(add: impl Fn(&DashMap<usize, u32>, u32) + Sync) -> Outcome {
    let records = DashMap::new();
    strands::two(|i| add(&records, i));
    Outcome::wrong_if(records.len() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(|records, i| {
        let key = env.step(i, || mark!(A, records.len()));
        env.step(2 + i, || mark!(B, records.insert(key, i)));
    })
}

fn fixed(env: &Env) -> Outcome {
    let next = AtomicUsize::new(0);
    program(|records, i| {
        let key = env.step(i, || next.fetch_add(1, Ordering::Relaxed));
        env.step(2 + i, || records.insert(key, i));
    })
}
