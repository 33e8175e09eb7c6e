//! A bucket goes back to the pool under a reader.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::bucket_pool::{Bug, Map};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "pool",
    name: "recycled-while-pinned",
    story: "A reader is pinned, has found its key and is about to read the value, when another \
            thread removes the entry. Whoever removes should leave the bucket to the last \
            reader; here it is zeroed for the pool at once, and the reader reads the zero.",
    citation: "Fraser, \"Practical lock-freedom\", 2004, section 5.2.3: epoch-based reclamation",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("recycled_while_pinned.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let map = Map::new(1, 2, bug);
    map.insert(1, 10);
    let read = thread::scope(|s| {
        let reader = s.spawn(|| {
            map.pin();
            let found = env.step(0, || map.look(1));
            let value = env.step(2, || found.map(|seen| mark!(A, map.value(seen))));
            map.unpin();
            value
        });
        s.spawn(|| {
            env.step(1, || {
                map.look(1).map(|seen| mark!(B, map.remove(seen, || ())))
            });
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(read.is_some_and(|value| value != 10))
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::RecycledWhilePinned))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
