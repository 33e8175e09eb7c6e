//! Who grows a striped map holds one of its locks.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::striped::{Bug, Map};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "grows-under-one-stripe",
    story: "A striped map has a lock for each stripe, but one table. To grow it takes all the \
            locks; here it takes the first only. Meanwhile an insert holds the lock of another \
            stripe and puts its entry in the old table, which has been copied already.",
    citation: "java.util.concurrent.ConcurrentHashMap before Java 8, whose segments have a table \
               each; Herlihy & Shavit, \"The art of multiprocessor programming\", 2008, section \
               13.2.2: striped hash sets",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 2,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("grows_under_one_stripe.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let map = Map::new(2, 2, 1, bug);
    map.insert(2, 20, || ());
    let pause = || {
        env.step(0, || ());
        env.step(2, || ());
    };
    thread::scope(|s| {
        s.spawn(|| mark!(A, map.grow(pause)));
        s.spawn(|| env.step(1, || mark!(B, map.insert(1, 10, || ()))));
    });
    Outcome::wrong_if(map.get(1) != Some(10))
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::GrowsUnderOneStripe))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
