//! Ten thousand threads come and go between the two accesses.

use crate::hidden::{Barrier, Slot};
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::__backend::EXPLORES;
use fidge::Kind;
use fidge::sync::Arc;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "history",
    name: "ten-thousand-strands",
    story: "A helper starts a thread that writes a total and waits for its end. Meanwhile the server \
            starts and joins ten thousand short threads, which take the writer's place in every \
            table of threads; the last one reads the total, which nothing has handed to it.",
    citation: "ThreadSanitizer reuses the slots of finished threads: \"same slot\" then passes for \
               \"same thread\"; golang/go#47056",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("ten_thousand_strands.rs"),
};

/// Fewer under test, where all is slower, and for explorers, which have no table of threads to run over and
/// take a third of a minute for ten thousand.
const STRANDS: u64 = if cfg!(test) || EXPLORES { 300 } else { 10_000 };

fn program(env: &Env, join_first: bool) -> Outcome {
    let total = Arc::new(Slot::new(0));
    let visits = Arc::new(Slot::new(0));
    let written = std::sync::Arc::new(Barrier::new(2)); // hidden, both of them

    let mut helper = Some({
        let (total, written) = (Arc::clone(&total), std::sync::Arc::clone(&written));
        thread::spawn(move || {
            let writer = thread::spawn(move || mark!(A, total.set(42)));
            writer.join().unwrap();
            written.wait();
        })
    });
    written.wait();
    env.stagger(0);
    if join_first {
        helper.take().unwrap().join().unwrap();
    }
    for _ in 0..STRANDS {
        let visits = Arc::clone(&visits);
        thread::spawn(move || visits.set(visits.get() + 1))
            .join()
            .unwrap();
    }
    let reader = Arc::clone(&total);
    let seen = thread::spawn(move || mark!(B, reader.get()))
        .join()
        .unwrap();
    if let Some(helper) = helper {
        helper.join().unwrap();
    }
    Outcome::wrong_if(seen != 42 || visits.get() != STRANDS)
}

fn racy(env: &Env) -> Outcome {
    program(env, false)
}

fn fixed(env: &Env) -> Outcome {
    program(env, true)
}
