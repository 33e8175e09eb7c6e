//! One thread asks for the size without the lock that the other inserts under.

use crate::hidden::Hidden;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "map",
    name: "len-during-insert",
    story: "Jobs are added under a lock, as they should be. The gauge that shows how many there are \
            skips the lock, \"since it only reads a number\"; nothing orders that number's read with \
            the insert that changes it.",
    citation: "Boehm, \"How to miscompile programs with 'benign' data races\", HotPar 2011",
    racy,
    fixed,
    kind: Kind::MapRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("len_during_insert.rs"),
};

fn racy(env: &Env) -> Outcome {
    let lock = Mutex::new(());
    let jobs = Hidden::new(HashMap::new());
    let shown = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            let _held = lock.lock().unwrap();
            mark!(A, jobs.open().insert(1, "build"))
        });
        let gauge = s.spawn(|| {
            env.stagger(1);
            mark!(B, jobs.open().len())
        });
        gauge.join().unwrap()
    });
    Outcome::wrong_if(shown > 1)
}

fn fixed(env: &Env) -> Outcome {
    let jobs = Mutex::new(HashMap::new());
    let shown = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            jobs.lock().unwrap().insert(1, "build")
        });
        let gauge = s.spawn(|| {
            env.stagger(1);
            jobs.lock().unwrap().len()
        });
        gauge.join().unwrap()
    });
    Outcome::wrong_if(shown > 1)
}
