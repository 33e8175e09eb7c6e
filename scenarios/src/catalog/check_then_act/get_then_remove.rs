//! A session is found expired, renewed by its user, and removed.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "get-then-remove",
    story: "A janitor reads until when a session is valid, and removes it because that is over. \
            In between its user came back and renewed it: the janitor throws away a session that \
            it has never seen. The cure decides and removes in one operation.",
    citation: "https://github.com/xacrimon/dashmap/pull/57: a removal under a condition",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("get_then_remove.rs"),
};

const NOW: u64 = 20;

fn program(env: &Env, expire: fn(&Env, &DashMap<&str, u64>)) -> Outcome {
    let valid_until = DashMap::new();
    valid_until.insert("ada", 10);
    thread::scope(|s| {
        s.spawn(|| expire(env, &valid_until));
        s.spawn(|| env.step(1, || valid_until.insert("ada", 30)));
    });
    Outcome::wrong_if(!valid_until.contains_key("ada"))
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, valid_until| {
        let until = env.step(0, || *mark!(A, valid_until.get("ada").unwrap()));
        if until < NOW {
            env.step(2, || mark!(B, valid_until.remove("ada")));
        }
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, valid_until| {
        env.step(0, || valid_until.remove_if("ada", |_, until| *until < NOW));
    })
}
