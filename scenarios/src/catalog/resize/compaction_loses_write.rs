//! A write to the old table while the new one is being built is lost.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::safe_map::{Bug, SafeMap};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "compaction-loses-write",
    story: "A compaction copies what is alive into a new table, without holding writers up, and then \
            makes it the map's. It forgets to see whether there was a write since it looked. What \
            was written to the old table meanwhile is gone.",
    citation: "go-zero's SafeMap, core/collection/safemap.go, which holds its lock over the copy; the \
               need: golang/go#20135",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 3,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("compaction_loses_write.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = SafeMap::new(bug);
    (1..=4).for_each(|key| assert_eq!(map.insert(key, key), None));
    thread::scope(|s| {
        s.spawn(|| {
            let seen = env.step(0, || mark!(A, map.survey()));
            let rebuilt = env.step(1, || map.rebuild(seen));
            let swapped = env.step(3, || mark!(B, map.swap_in(seen, rebuilt)));
            if !swapped {
                map.compact();
            }
        });
        s.spawn(|| {
            env.step(2, || map.insert(1, 11));
        });
    });
    Outcome::wrong_if(map.get(1) != Some(11))
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::SwappedBlindly)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
