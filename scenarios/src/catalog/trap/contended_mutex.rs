//! A mutex under heavy contention.

use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "contended-mutex",
    story: "Four threads add to one total under a mutex, so often that most of them have to wait for \
            it. That is correct. In the racy twin a fifth thread, which \"adds only once\", does \
            without the lock.",
    citation: "rust-lang/rust#101206: ThreadSanitizer does not see the slow path of a std that was \
               not rebuilt for it, and reports the correct program",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("contended_mutex.rs"),
};

const ROUNDS: u64 = 250;

fn program(env: &Env, fifth: impl FnOnce(&Mutex<()>, &Slot<u64>) + Send) -> Outcome {
    let (lock, total) = (Mutex::new(()), Slot::new(0));
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| {
                for _ in 0..ROUNDS {
                    let _held = lock.lock().unwrap();
                    mark!(A, total.set(total.get() + 1));
                }
            });
        }
        s.spawn(|| {
            env.stagger(0);
            fifth(&lock, &total);
        });
    });
    Outcome::wrong_if(total.get() != 4 * ROUNDS + 1)
}

fn racy(env: &Env) -> Outcome {
    program(env, |_, total| {
        mark!(B, total.set(total.get() + 1));
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |lock, total| {
        let _held = lock.lock().unwrap();
        total.set(total.get() + 1);
    })
}
