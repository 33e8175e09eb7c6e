//! A map, and an atomic that says how many it has.

use super::atomic_scope;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicUsize, Ordering};

pub static SCENARIO: Scenario = Scenario {
    class: "scope",
    name: "map-and-counter",
    story: "Members join a map, and each publishes the number of members in an atomic for those \
            who only want that. The number is read from the map and stored in two steps; a store \
            that comes late puts back an old number. The cure is a lock around both.",
    citation: "Lu et al., \"MUVI: automatically inferring multi-variable access correlations\", \
               SOSP 2007",
    racy,
    fixed,
    kind: Kind::Atomicity,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("map_and_counter.rs"),
};

fn program(env: &Env, publish: impl Fn(&dyn Fn()) + Sync) -> Outcome {
    let (members, size) = (DashMap::new(), AtomicUsize::new(0));
    strands::two(|i| {
        env.step(2 * i, || members.insert(i, ()));
        publish(&|| {
            atomic_scope!("publish", {
                let len = env.step(1 + 2 * i, || mark!(A, members.len()));
                env.step(5 - i, || mark!(B, size.store(len, Ordering::Relaxed)));
            })
        });
    });
    Outcome::wrong_if(size.load(Ordering::Relaxed) != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, |publish| publish())
}

fn fixed(env: &Env) -> Outcome {
    let publishing = Mutex::new(());
    program(env, |publish| {
        let _held = publishing.lock().unwrap();
        publish();
    })
}
