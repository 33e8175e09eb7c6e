//! A refresh is started unless one is under way, twice.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::dashmap::mapref::entry::Entry;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "refresh-started-twice",
    story: "A cache refreshes a stale entry in the background, once at a time: a map has the \
            refreshes under way. Two requests find none there, and both register and start \
            theirs; the second registration hides the first. The cure registers in the vacant \
            entry.",
    citation: "https://github.com/hit-box/hitbox/issues/208 and its fix, \
               https://github.com/hit-box/hitbox/pull/233: the check for duplicates by `entry`",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("refresh_started_twice.rs"),
};

fn program(env: &Env, registered: fn(&Env, &DashMap<&str, u32>, u32) -> bool) -> Outcome {
    let under_way = DashMap::new();
    let started = strands::two(|i| registered(env, &under_way, i));
    Outcome::wrong_if(started == [true, true])
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, under_way, i| {
        if env.step(i, || mark!(A, under_way.get("weather")).is_some()) {
            return false;
        }
        env.step(2 + i, || mark!(B, under_way.insert("weather", i)));
        true
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, under_way, i| {
        let entry = env.step(i, || under_way.entry("weather"));
        let vacant = matches!(entry, Entry::Vacant(_));
        entry.or_insert(i);
        vacant
    })
}
