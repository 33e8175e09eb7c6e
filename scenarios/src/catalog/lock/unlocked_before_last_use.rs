//! The lock is given back before the second counter is read.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::exporter::{Bug, Exporter};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "lock",
    name: "unlocked-before-last-use",
    story: "A metrics exporter takes a snapshot of two counters that belong together. To hold \
            the lock for a shorter time, an edit gives it back after the first. A request is \
            counted in between, and the snapshot has a sum of more requests than its count \
            says.",
    citation: "prometheus/client_golang's histogram, whose count and sum must be read at one \
               moment (hot and cold counts); Savage et al., \"Eraser\", TOCS 1997",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("unlocked_before_last_use.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let exporter = Exporter::new(0, bug);
    exporter.record(5);
    let pause = || {
        env.step(0, || ());
        env.step(2, || ());
    };
    let snapshot = thread::scope(|s| {
        let scraper = s.spawn(|| mark!(A, exporter.snapshot(pause)));
        s.spawn(|| env.step(1, || mark!(B, exporter.record(5))));
        scraper.join().unwrap()
    });
    Outcome::wrong_if(snapshot.sum != 5 * snapshot.count)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::UnlockedTooEarly))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
