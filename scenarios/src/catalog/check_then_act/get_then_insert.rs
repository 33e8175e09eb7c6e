//! A counter in a map, counted by `get` and `insert`.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "get-then-insert",
    story: "Two requests count a page view. Each reads the page's counter and inserts that plus \
            one. Both operations are atomic and their combination is not: when both read before \
            either inserts, one view is lost. The cure counts under one guard.",
    citation: "the lost update of Berenson et al., \"A critique of ANSI SQL isolation levels\", \
               SIGMOD 1995; https://github.com/majiayu000/harness/issues/429",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("get_then_insert.rs"),
};

fn program(env: &Env, count: fn(&Env, &DashMap<&str, u32>, u32)) -> Outcome {
    let views = DashMap::new();
    views.insert("/home", 0);
    strands::two(|i| count(env, &views, i));
    Outcome::wrong_if(*views.get("/home").unwrap() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, views, i| {
        let seen = env.step(i, || *mark!(A, views.get("/home").unwrap()));
        env.step(2 + i, || mark!(B, views.insert("/home", seen + 1)));
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, views, i| {
        env.step(i, || *views.get_mut("/home").unwrap() += 1);
    })
}
