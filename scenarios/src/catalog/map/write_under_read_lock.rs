//! A cache fills itself while holding its lock for reading only.

use crate::hidden::Hidden;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::collections::HashMap;
use fidge::sync::RwLock;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "map",
    name: "write-under-read-lock",
    story: "A cache of squares sits behind a reader-writer lock. On a miss the reader puts the value \
            into the map through an unsafe cell without taking the lock for writing: \"it is locked, \
            after all\". Readers do not exclude one another.",
    citation: "Savage et al., \"Eraser\", TOCS 1997, section 2.3: a write needs a lock held in write \
               mode",
    racy,
    fixed,
    kind: Kind::MapRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("write_under_read_lock.rs"),
};

fn racy(env: &Env) -> Outcome {
    // The hidden lock plays the part of the unsafe cell.
    let cache = RwLock::new(Hidden::new(HashMap::from([(2, 4)])));
    let found = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            let cache = cache.read().unwrap();
            mark!(A, cache.open().insert(3, 9))
        });
        let hit = s.spawn(|| {
            env.stagger(1);
            let cache = cache.read().unwrap();
            mark!(B, cache.open().get(&2).copied())
        });
        hit.join().unwrap()
    });
    Outcome::wrong_if(found != Some(4))
}

fn fixed(env: &Env) -> Outcome {
    let cache = RwLock::new(HashMap::from([(2, 4)]));
    let found = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            let miss = !cache.read().unwrap().contains_key(&3);
            if miss {
                cache.write().unwrap().insert(3, 9);
            }
        });
        let hit = s.spawn(|| {
            env.stagger(1);
            cache.read().unwrap().get(&2).copied()
        });
        hit.join().unwrap()
    });
    Outcome::wrong_if(found != Some(4))
}
