//! A tombstone is a tombstone again, and a key is in the table twice.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::swiss::{Bug, Concurrent, Probe};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "tombstone-reused",
    story: "To put in a key, an insert goes through the slots up to an empty one, and takes the \
            first tombstone that it met. Meanwhile the tombstone was used for another key, ours was \
            put in further on, in what was the empty slot, and the other key was deleted: the \
            tombstone is back. The exchange of its control byte succeeds, and the key is in the \
            table twice; deleting it uncovers the old value.",
    citation: "Purcell & Harris, \"Non-blocking hashtables with open addressing\", DISC 2005: two \
               inserts of one key",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 3,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("tombstone_reused.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = Concurrent::new(16, |key| key, bug);
    map.insert(1, 1);
    map.remove(1); // a tombstone
    thread::scope(|s| {
        s.spawn(|| {
            let lock = map.lock(17);
            let probe = env.step(0, || mark!(A, map.probe(17)));
            let Probe::Vacant(seat) = probe else { return };
            let filled = env.step(2, || mark!(B, map.fill(seat, 17, 170)));
            drop(lock);
            if !filled {
                map.insert(17, 170);
            }
        });
        s.spawn(|| {
            env.step(1, || {
                map.insert(33, 33); // on the tombstone
                map.insert(17, 17); // in the next slot
                map.remove(33);
            });
        });
    });
    map.remove(17);
    Outcome::wrong_if(map.get(17).is_some())
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::LockFree)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
