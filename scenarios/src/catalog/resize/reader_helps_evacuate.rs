//! Readers that share a lock move buckets.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::gomap::{Bug, GoMap};
use fidge::Kind;
use fidge::sync::RwLock;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "reader-helps-evacuate",
    story: "A map is read under a read lock and written under a write lock, as its contract asks. To \
            be done with a growth sooner, its lookups have been made to move a bucket as writes do. \
            Now a lookup writes, and two of them that share the lock move the same bucket.",
    citation: "Go's runtime/map.go: mapaccess1 never evacuates, so that reads may run concurrently",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("reader_helps_evacuate.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = GoMap::new(3, |key| key, bug);
    (0..=52).for_each(|key| assert_eq!(map.insert(key, key), None)); // the last starts a growth
    let lock = RwLock::new(());
    let found = thread::scope(|s| {
        let one = s.spawn(|| {
            env.stagger(0);
            let _shared = lock.read().unwrap();
            mark!(A, map.get(9)) // bucket 1
        });
        let other = s.spawn(|| {
            env.stagger(1);
            let _shared = lock.read().unwrap();
            mark!(B, map.get(17)) // bucket 1
        });
        [one.join().unwrap(), other.join().unwrap()]
    });
    let all = (0..=52).all(|key| map.get(key) == Some(key));
    Outcome::wrong_if(found != [Some(9), Some(17)] || !all)
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::ReadsEvacuate)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
