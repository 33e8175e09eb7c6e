//! A get takes no lock, and the map is growing.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::striped::{Bug, Map};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "reads-without-stripe",
    story: "A get of a striped map was made \"lock-free\" by leaving the lock out, as it only \
            reads. When the map grows, entries are moved out of the old table before the new \
            one is current, and the get finds neither.",
    citation: "Go's FAQ, \"Why are map operations not defined to be atomic?\"; Herlihy & Shavit, \
               \"The art of multiprocessor programming\", 2008, section 13.2",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 2,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("reads_without_stripe.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let map = Map::new(2, 2, 1, bug);
    map.insert(2, 20, || ());
    let pause = || {
        env.step(0, || ());
        env.step(2, || ());
    };
    let found = thread::scope(|s| {
        s.spawn(|| mark!(A, map.grow(pause)));
        let reader = s.spawn(|| env.step(1, || mark!(B, map.get(2))));
        reader.join().unwrap()
    });
    Outcome::wrong_if(found != Some(20))
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::ReadsWithoutStripe))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
