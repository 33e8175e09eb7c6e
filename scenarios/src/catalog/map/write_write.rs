//! Two threads insert different keys.

use crate::hidden::Hidden;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "map",
    name: "write-write",
    story: "Two connections register their session in one table at the same time. The keys differ, \
            so each author believes to be alone; but both inserts may move every entry to a larger \
            table, and one of them is lost or the table is torn.",
    citation: "Go's `fatal error: concurrent map writes`; Li, Lu et al., \"Efficient scalable \
               thread-safety-violation detection\" (TSVD), SOSP 2019",
    racy,
    fixed,
    kind: Kind::MapRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("write_write.rs"),
};

fn racy(env: &Env) -> Outcome {
    let sessions = Hidden::new(HashMap::new());
    thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, sessions.open().insert(1, "ada"))
        });
        s.spawn(|| {
            env.stagger(1);
            mark!(B, sessions.open().insert(2, "grace"))
        });
    });
    Outcome::wrong_if(sessions.open().len() != 2)
}

fn fixed(env: &Env) -> Outcome {
    let sessions = Mutex::new(HashMap::new());
    thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            sessions.lock().unwrap().insert(1, "ada")
        });
        s.spawn(|| {
            env.stagger(1);
            sessions.lock().unwrap().insert(2, "grace")
        });
    });
    Outcome::wrong_if(sessions.lock().unwrap().len() != 2)
}
