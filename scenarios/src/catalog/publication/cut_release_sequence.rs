//! A plain store in the middle of a hand-over.

use crate::hidden::{Barrier, Slot};
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::atomic::{AtomicU32, Ordering};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "publication",
    name: "cut-release-sequence",
    story: "A producer publishes with a release store of 1; a second thread moves the state on to 2; \
            the consumer finds the 2 with `Acquire`. Were the second step a read-modify-write, it \
            would continue the producer's release sequence. It is a relaxed store, and cuts it.",
    citation: "C++20 [intro.races], release sequences; Vafeiadis et al., \"Common compiler \
               optimisations are invalid in the C11 memory model\", POPL 2015",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("cut_release_sequence.rs"),
};

fn program(env: &Env, advance: fn(&AtomicU32)) -> Outcome {
    let (data, state) = (Slot::new(0), AtomicU32::new(0));
    // Hidden barriers: the state reaches 2 by way of 1, and the consumer never sees the 1, whose
    // release would order the pair.
    let (produced, advanced) = (Barrier::new(2), Barrier::new(2));
    let seen = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, data.set(42));
            state.store(1, Ordering::Release);
            produced.wait();
        });
        s.spawn(|| {
            produced.wait();
            env.stagger(1);
            advance(&state);
            advanced.wait();
        });
        let consumer = s.spawn(|| {
            advanced.wait();
            assert_eq!(state.load(Ordering::Acquire), 2);
            mark!(B, data.get())
        });
        consumer.join().unwrap()
    });
    Outcome::wrong_if(seen != 42)
}

fn racy(env: &Env) -> Outcome {
    program(env, |state| state.store(2, Ordering::Relaxed))
}

fn fixed(env: &Env) -> Outcome {
    program(env, |state| {
        state.fetch_add(1, Ordering::Relaxed);
    })
}
