//! One thread looks a key up while another inserts a different one.

use crate::hidden::Hidden;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::collections::HashMap;
use fidge::sync::RwLock;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "map",
    name: "read-during-write",
    story: "A resolver answers from its table of names while the refresher adds a name that nobody \
            has asked for yet. The reader never touches that entry, but it walks the buckets that \
            the insert is about to move.",
    citation: "Go's `fatal error: concurrent map read and map write`",
    racy,
    fixed,
    kind: Kind::MapRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("read_during_write.rs"),
};

fn names() -> HashMap<&'static str, u32> {
    HashMap::from([("localhost", 0x7f00_0001)])
}

fn racy(env: &Env) -> Outcome {
    let table = Hidden::new(names());
    let answer = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, table.open().insert("gateway", 0x0a00_0001))
        });
        let resolver = s.spawn(|| {
            env.stagger(1);
            mark!(B, table.open().get("localhost").copied())
        });
        resolver.join().unwrap()
    });
    Outcome::wrong_if(answer != Some(0x7f00_0001))
}

fn fixed(env: &Env) -> Outcome {
    let table = RwLock::new(names());
    let answer = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            table.write().unwrap().insert("gateway", 0x0a00_0001)
        });
        let resolver = s.spawn(|| {
            env.stagger(1);
            table.read().unwrap().get("localhost").copied()
        });
        resolver.join().unwrap()
    });
    Outcome::wrong_if(answer != Some(0x7f00_0001))
}
