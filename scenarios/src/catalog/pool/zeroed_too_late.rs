//! A bucket is zeroed when somebody else has it.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::bucket_pool::{Bug, Map};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "pool",
    name: "zeroed-too-late",
    story: "Buckets are zeroed by hand before they go back to the pool. Here the two steps are \
            in the wrong order: the bucket is in the pool, another thread takes it and fills \
            it, and then the zeroes come.",
    citation: "Bonwick, \"The slab allocator\", USENIX 1994: an object goes back in its constructed \
               state",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("zeroed_too_late.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let map = Map::new(2, 2, bug);
    map.insert(2, 20);
    let found = map.look(2);
    let pause = || {
        env.step(0, || ());
        env.step(2, || ());
    };
    thread::scope(|s| {
        s.spawn(|| found.map(|seen| mark!(A, map.remove(seen, pause))));
        s.spawn(|| env.step(1, || mark!(B, map.insert(1, 10))));
    });
    let value = map.look(1).map(|seen| map.value(seen));
    Outcome::wrong_if(value != Some(10))
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::ZeroedTooLate))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
