//! Tombstones are cleared away under the hands of a lookup.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::swiss::{Bug, Guarded};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "rehash-during-lookup",
    story: "A rehash in place turns tombstones into empty slots and moves entries to where they are \
            found faster. As it adds nothing and takes nothing away, it runs under the read lock. \
            While it runs, every full slot is marked as deleted, and a lookup beside it does not \
            find a key that is there.",
    citation: "Abseil, raw_hash_set.h: DropDeletesWithoutResize; hashbrown's rehash_in_place takes &mut \
               self",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("rehash_during_lookup.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = Guarded::new(|key| key, bug);
    (0..100).for_each(|key| assert_eq!(map.insert(key, key), None));
    (0..50).for_each(|key| assert_eq!(map.remove(key), Some(key)));
    let found = thread::scope(|s| {
        let reader = s.spawn(|| {
            env.stagger(0);
            mark!(A, map.get(99))
        });
        s.spawn(|| {
            env.stagger(1);
            mark!(B, map.tidy());
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(found != Some(99) || !(50..100).all(|key| map.get(key) == Some(key)))
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::RehashShared)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
