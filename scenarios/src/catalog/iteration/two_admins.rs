//! Who finds no user yet becomes the administrator.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::sync::Mutex;

pub static SCENARIO: Scenario = Scenario {
    class: "iteration",
    name: "two-admins",
    story: "The first user to sign up becomes the administrator. Who finds the map empty takes \
            that for being first, and when two do, there are two administrators. They have \
            different keys, so neither overwrites the other. The cure is a lock around looking \
            and inserting.",
    citation: "CWE-367, time-of-check time-of-use",
    racy,
    fixed,
    kind: Kind::StaleSize,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("two_admins.rs"),
};

fn program(sign_up: impl Fn(&DashMap<u32, bool>, u32) + Sync) -> Outcome {
    let users = DashMap::new();
    strands::two(|i| sign_up(&users, i));
    Outcome::wrong_if(users.iter().filter(|is_admin| **is_admin).count() != 1)
}

fn racy(env: &Env) -> Outcome {
    program(|users, i| {
        let is_first = env.step(i, || mark!(A, users.is_empty()));
        env.step(2 + i, || mark!(B, users.insert(i, is_first)));
    })
}

fn fixed(env: &Env) -> Outcome {
    let signing_up = Mutex::new(());
    program(|users, i| {
        let _held = env.step(i, || signing_up.lock().unwrap());
        let is_first = users.is_empty();
        env.step(2 + i, || users.insert(i, is_first));
    })
}
