//! Both find no connection and open one.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "double-initialisation",
    story: "Two workers need the connection to the database. Each finds none in the map, opens \
            one and inserts it. They go on with different connections, and that of the first is \
            in the map no more. The cure makes it in the vacant entry.",
    citation: "https://github.com/xacrimon/dashmap/issues/169: the request for `get_or_insert`",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("double_initialisation.rs"),
};

fn program(env: &Env, connection: fn(&Env, &DashMap<&str, u32>, u32) -> u32) -> Outcome {
    let connections = DashMap::new();
    let [one, other] = strands::two(|i| connection(env, &connections, i));
    Outcome::wrong_if(one != other)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, connections, i| {
        let known = env.step(i, || mark!(A, connections.get("db")).map(|known| *known));
        known.unwrap_or_else(|| {
            env.step(2 + i, || mark!(B, connections.insert("db", i)));
            i
        })
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, connections, i| {
        env.step(i, || *connections.entry("db").or_insert(i))
    })
}
