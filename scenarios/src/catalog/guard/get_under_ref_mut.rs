//! One entry is changed while another one is read.

use super::attempt;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards;
use fidge::Kind;

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "get-under-ref-mut",
    story: "Points are moved from one player to another: the first is held by `get_mut` when the \
            second is asked for. The two players share a shard, and a shard that is locked for \
            writing lets nobody in, its own holder included. The cure lets go of the one before \
            it asks for the other.",
    citation: "https://github.com/xacrimon/dashmap/issues/74: document single-threaded deadlock \
               behaviour",
    racy,
    fixed,
    kind: Kind::GuardDeadlock,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("get_under_ref_mut.rs"),
};

fn racy(_: &Env) -> Outcome {
    attempt(|| {
        let points = shards::map();
        points.insert(0, 10);
        points.insert(4, 5);
        let mut winner = mark!(A, points.get_mut(&0).unwrap());
        *winner += *mark!(B, points.get(&4).unwrap());
        Outcome::Right
    })
}

fn fixed(_: &Env) -> Outcome {
    let points = shards::map();
    points.insert(0, 10);
    points.insert(4, 5);
    let loser = *points.get(&4).unwrap();
    *points.get_mut(&0).unwrap() += loser;
    Outcome::wrong_if(*points.get(&0).unwrap() != 15)
}
