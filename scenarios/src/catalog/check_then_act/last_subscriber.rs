//! The last one to leave removes the topic that somebody has just joined.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "last-subscriber",
    story: "A topic counts its subscribers. Whoever leaves takes one off under a guard, lets go \
            of the guard because `remove` would wait for it for ever, and removes the topic if \
            none was left. A subscriber that joined in between is lost with the topic. The cure \
            counts and removes in one operation.",
    citation: "https://github.com/xacrimon/dashmap/pull/164: why `remove_if_mut` was added",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("last_subscriber.rs"),
};

fn program(env: &Env, leave: fn(&Env, &DashMap<&str, u32>)) -> Outcome {
    let topics = DashMap::new();
    topics.insert("news", 1);
    thread::scope(|s| {
        s.spawn(|| leave(env, &topics));
        s.spawn(|| env.step(1, || *topics.entry("news").or_insert(0) += 1));
    });
    Outcome::wrong_if(!topics.contains_key("news"))
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, topics| {
        let left = env.step(0, || {
            let mut subscribers = mark!(A, topics.get_mut("news").unwrap());
            *subscribers -= 1;
            *subscribers
        });
        if left == 0 {
            env.step(2, || mark!(B, topics.remove("news")));
        }
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, topics| {
        env.step(0, || {
            topics.remove_if_mut("news", |_, subscribers| {
                *subscribers -= 1;
                *subscribers == 0
            })
        });
    })
}
