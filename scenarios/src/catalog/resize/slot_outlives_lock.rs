//! A lookup finds the slot under the lock, and reads it without.

use crate::hidden::Barrier;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::swiss::{Bug, Guarded};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "slot-outlives-lock",
    story: "A lookup gives the read lock back as soon as it knows the slot, and reads the value \
            then. Between the two a new key makes the table grow: its entries move, and the old \
            slots are given back, zeroed. The lookup reads from the slot that it found.",
    citation: "Go's runtime/map.go: mapaccess1 returns a pointer into a bucket; the reason why \
               hashbrown's get borrows the map",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("slot_outlives_lock.rs"),
};

fn program(env: &Env, bug: Bug) -> Outcome {
    let map = Guarded::new(|key| key, bug);
    (1..=7).for_each(|key| assert_eq!(map.insert(key, key), None)); // one more, and it grows
    let found = Barrier::new(2); // std's: the growth begins when the reader has the slot
    let value = thread::scope(|s| {
        let reader = s.spawn(|| {
            let pause = || {
                found.wait();
                env.stagger(0);
            };
            mark!(A, map.get_pausing(3, pause))
        });
        s.spawn(|| {
            found.wait();
            env.stagger(1);
            mark!(B, map.insert(8, 8));
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(value != Some(3))
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::SeatOutlivesLock)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
