//! A counter of all stripes is counted under the lock of one.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::striped::{Bug, Map};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "lock",
    name: "wrong-lock",
    story: "A striped map counts its entries. Each insert holds the lock of its key's stripe, \
            and counts in a place that all stripes share, so that two inserts count under \
            different locks, and one of them is lost.",
    citation: "Savage et al., \"Eraser\", TOCS 1997: a location that no lock protects consistently; \
               Herlihy & Shavit, \"The art of multiprocessor programming\", 2008, section 13.2.2",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 2,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("wrong_lock.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let map = Map::new(2, 2, 0, bug);
    let pause = || {
        env.step(0, || ());
        env.step(2, || ());
    };
    thread::scope(|s| {
        s.spawn(|| mark!(A, map.insert(1, 10, pause)));
        s.spawn(|| env.step(1, || mark!(B, map.insert(2, 20, || ()))));
    });
    Outcome::wrong_if(map.len() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::SharedCount))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
