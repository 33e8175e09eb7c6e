//! One thread goes over all entries while another adds one.

use crate::hidden::Hidden;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "map",
    name: "iterate-during-insert",
    story: "An exporter sums all counters for the monitoring page while a request adds a counter of \
            its own. When the insert grows the table, the iterator goes on in buckets that are no \
            longer the map's.",
    citation: "Go's `fatal error: concurrent map iteration and map write`; Java's \
               ConcurrentModificationException",
    racy,
    fixed,
    kind: Kind::MapRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("iterate_during_insert.rs"),
};

fn counters() -> HashMap<&'static str, u64> {
    HashMap::from([("requests", 40), ("errors", 2)])
}

fn racy(env: &Env) -> Outcome {
    let counters = Hidden::new(counters());
    let sum = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, counters.open().insert("timeouts", 8))
        });
        let exporter = s.spawn(|| {
            env.stagger(1);
            mark!(B, counters.open().values().sum::<u64>())
        });
        exporter.join().unwrap()
    });
    Outcome::wrong_if(sum != 42 && sum != 50)
}

fn fixed(env: &Env) -> Outcome {
    let counters = Mutex::new(counters());
    let sum = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            counters.lock().unwrap().insert("timeouts", 8)
        });
        let exporter = s.spawn(|| {
            env.stagger(1);
            counters.lock().unwrap().values().sum::<u64>()
        });
        exporter.join().unwrap()
    });
    Outcome::wrong_if(sum != 42 && sum != 50)
}
