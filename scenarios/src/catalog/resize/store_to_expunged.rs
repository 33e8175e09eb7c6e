//! A store finds its entry in order, and writes after it was left out of the new map.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::sync_map::{Bug, SyncMap};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "store-to-expunged",
    story: "A store finds its key in the read map and looks whether the entry is expunged: it is \
            not. Meanwhile the key is deleted, and another store starts a dirty map, which leaves \
            the deleted entry out. The first one now writes its value to an entry that the next \
            promotion forgets.",
    citation: "Go's sync/map.go: entry.trySwap and unexpungeLocked; golang/go#45429",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 3,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("store_to_expunged.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = SyncMap::new(bug);
    map.insert(1, 1);
    map.get(1); // promoted
    let removed = thread::scope(|s| {
        s.spawn(|| {
            let entry = map.entry(1).expect("it is in the read map");
            let seen = env.step(0, || mark!(A, entry.look()));
            let stored = env.step(2, || mark!(B, entry.replace(seen, 11)));
            if !stored {
                map.insert(1, 11);
            }
        });
        let other = s.spawn(|| {
            env.step(1, || {
                let removed = map.remove(1);
                map.insert(2, 2); // starts a dirty map
                removed
            })
        });
        other.join().unwrap()
    });
    map.get(2);
    map.get(2); // promoted
    Outcome::wrong_if(removed == Some(1) && map.get(1) != Some(11))
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::StoredBlindly)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
