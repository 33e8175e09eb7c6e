//! An entry is inserted for each that the iterator passes.

use super::attempt;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards;
use fidge::Kind;

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "insert-while-iterating",
    story: "Every order of the day is copied to an archive key of the same map while the map is \
            iterated over. The iterator holds the shard it is in; an insertion into that shard \
            waits for it. The cure collects first.",
    citation: "https://github.com/xacrimon/dashmap/issues/233: document deadlock conditions",
    racy,
    fixed,
    kind: Kind::GuardDeadlock,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("insert_while_iterating.rs"),
};

const ARCHIVE: u64 = 1 << 8;

fn racy(_: &Env) -> Outcome {
    attempt(|| {
        let orders = shards::map();
        orders.insert(0, "tea");
        for order in mark!(A, orders.iter()) {
            mark!(B, orders.insert(ARCHIVE + order.key(), *order));
        }
        Outcome::Right
    })
}

fn fixed(_: &Env) -> Outcome {
    let orders = shards::map();
    orders.insert(0, "tea");
    let copies: Vec<_> = orders.iter().map(|o| (ARCHIVE + o.key(), *o)).collect();
    for (key, order) in copies {
        orders.insert(key, order);
    }
    Outcome::wrong_if(orders.len() != 2)
}
