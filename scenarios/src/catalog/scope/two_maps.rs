//! Two maps that are kept in step, but for the order of their writers.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::sync::Mutex;

pub static SCENARIO: Scenario = Scenario {
    class: "scope",
    name: "two-maps",
    story: "The price of a thing is kept in two maps, one for the shop and one for the till. \
            Whoever changes it writes both; when two do at once, the shop has the price of the \
            one and the till that of the other. The cure is a lock around both writes.",
    citation: "Lu et al., \"MUVI: automatically inferring multi-variable access correlations\", \
               SOSP 2007",
    racy,
    fixed,
    kind: Kind::Atomicity,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("two_maps.rs"),
};

fn program(env: &Env, publish: impl Fn(&dyn Fn(u32), u32) + Sync) -> Outcome {
    let (shop, till) = (DashMap::new(), DashMap::new());
    strands::two(|i| {
        let write = |price| {
            fidge::atomic_scope!("publish");
            env.step(i, || mark!(A, shop.insert("tea", price)));
            env.step(3 - i, || mark!(B, till.insert("tea", price)));
        };
        publish(&write, i);
    });
    Outcome::wrong_if(*shop.get("tea").unwrap() != *till.get("tea").unwrap())
}

fn racy(env: &Env) -> Outcome {
    program(env, |write, i| write(i))
}

fn fixed(env: &Env) -> Outcome {
    let prices = Mutex::new(());
    program(env, |write, i| {
        let _held = prices.lock().unwrap();
        write(i);
    })
}
