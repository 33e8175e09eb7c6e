//! Everybody takes a lock, but not the same one.

use crate::hidden::Hidden;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "map",
    name: "two-locks",
    story: "One table of users, two ways in: sign-up guards it with the lock of the accounts module, \
            import with a lock of its own. Each module is right by itself; together they write one \
            map at the same time.",
    citation: "Savage et al., \"Eraser: a dynamic data race detector\", TOCS 1997: the empty \
               intersection of two lock sets",
    racy,
    fixed,
    kind: Kind::MapRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("two_locks.rs"),
};

fn program(env: &Env, import: &Mutex<()>, sign_up: &Mutex<()>) -> Outcome {
    let users = Hidden::new(HashMap::new());
    thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            let _held = import.lock().unwrap();
            mark!(A, users.open().insert("ada", 1))
        });
        s.spawn(|| {
            env.stagger(1);
            let _held = sign_up.lock().unwrap();
            mark!(B, users.open().insert("grace", 2))
        });
    });
    Outcome::wrong_if(users.open().len() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, &Mutex::new(()), &Mutex::new(()))
}

fn fixed(env: &Env) -> Outcome {
    let lock = Mutex::new(());
    program(env, &lock, &lock)
}
