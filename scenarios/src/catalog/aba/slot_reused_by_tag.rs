//! A slot has a new key with the tag of the old one, and is taken for it.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::swiss::{Bug, Concurrent, Probe};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "slot-reused-by-tag",
    story: "A deletion finds its key in a slot, and claims the slot by exchanging the control byte, \
            seven bits of the key's hash. Since it looked, its key was deleted by another, and a key \
            with the same seven bits was put into the slot. The exchange succeeds, and deletes that \
            one.",
    citation: "Go's runtime/map.go: tophash, which is always followed by a comparison of keys; Michael, \
               \"Hazard pointers\", TPDS 2004, on ABA",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 3,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("slot_reused_by_tag.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = Concurrent::new(16, |key| key, bug);
    map.insert(1, 1);
    thread::scope(|s| {
        s.spawn(|| {
            let probe = env.step(0, || mark!(A, map.probe(1)));
            let Probe::Found(seat) = probe else { return };
            let taken = env.step(2, || mark!(B, map.take(seat)));
            if taken.is_none() {
                map.remove(1);
            }
        });
        s.spawn(|| {
            env.step(1, || {
                map.remove(1);
                map.insert(17, 17); // the same slot, the same tag
            });
        });
    });
    Outcome::wrong_if(map.get(17) != Some(17))
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::TagOnly)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
