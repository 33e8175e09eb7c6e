//! A reference into a map is held over an `.await`.

use crate::executor;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards::{self, Sharded};
use fidge::Kind;
use std::cell::Cell;

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "ref-over-await",
    story: "A task changes an entry and holds it while it awaits the network. Another task of the \
            same thread asks for the entry; had it not only tried, the thread would wait for a \
            task that only it can run. The cure takes the entry after the await.",
    citation: "https://github.com/xacrimon/dashmap/issues/79, \
               https://github.com/xacrimon/dashmap/issues/343 and \
               https://github.com/xacrimon/dashmap/issues/348",
    racy,
    fixed,
    kind: Kind::GuardAcrossAwait,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("ref_over_await.rs"),
};

async fn held(entries: &Sharded<u32>) {
    let mut entry = mark!(A, entries.get_mut(&0).unwrap());
    executor::yield_now().await;
    *entry += 1;
}

async fn taken_after(entries: &Sharded<u32>) {
    executor::yield_now().await;
    *entries.get_mut(&0).unwrap() += 1;
}

/// Tries the entry where any other program would wait for it: wrong if it is not to be had.
async fn visitor(entries: &Sharded<u32>, locked_out: &Cell<bool>) {
    locked_out.set(entries.try_get(&0).is_locked());
}

fn racy(_: &Env) -> Outcome {
    let (entries, locked_out) = (shards::map(), Cell::new(false));
    entries.insert(0, 0);
    let holder = mark!(B, executor::spawn(held(&entries)));
    let visitor = executor::spawn(visitor(&entries, &locked_out));
    executor::run([holder, visitor]);
    Outcome::wrong_if(locked_out.get())
}

fn fixed(_: &Env) -> Outcome {
    let (entries, locked_out) = (shards::map(), Cell::new(false));
    entries.insert(0, 0);
    let holder = executor::spawn(taken_after(&entries));
    let visitor = executor::spawn(visitor(&entries, &locked_out));
    executor::run([holder, visitor]);
    Outcome::wrong_if(locked_out.get())
}
