//! The value of a new entry is the number of entries.

use super::attempt;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards;
use fidge::Kind;
use fidge::sync::atomic::{AtomicUsize, Ordering};

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "len-in-or-insert-with",
    story: "Names are numbered as they come: a name that is not there is inserted with the map's \
            length. The closure that asks for the length runs while the entry holds its shard, \
            and the length is the sum over all shards. The cure counts in an atomic.",
    citation: "https://github.com/xacrimon/dashmap/issues/35: `len` within `or_insert_with`",
    racy,
    fixed,
    kind: Kind::GuardDeadlock,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("len_in_or_insert_with.rs"),
};

fn racy(_: &Env) -> Outcome {
    attempt(|| {
        let numbers = shards::map();
        let place = mark!(A, numbers.entry(7));
        place.or_insert_with(|| mark!(B, numbers.len()));
        Outcome::Right
    })
}

fn fixed(_: &Env) -> Outcome {
    let (numbers, next) = (shards::map(), AtomicUsize::new(0));
    let place = numbers.entry(7);
    place.or_insert_with(|| next.fetch_add(1, Ordering::Relaxed));
    Outcome::wrong_if(*numbers.get(&7).unwrap() != 0)
}
