//! A lock that guards something else orders the pair, when its turns fall that way.

use crate::hidden::{Barrier, Slot};
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "schedule",
    name: "ordered-by-luck",
    story: "One thread writes a draft and then logs, another logs and then reads the draft. The log \
            has a lock. When the writer logs first, its release of that lock orders the pair in this \
            execution; when the reader does, nothing orders it. Happens-before sees the race in the \
            second case only.",
    citation: "Smaragdakis et al., \"Sound predictive race detection in polynomial time\", POPL \
               2012, figure 1",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Rate(0.25),
    certificate: Certificate::Oracle,
    source: source!("ordered_by_luck.rs"),
};

fn racy(env: &Env) -> Outcome {
    let (draft, log) = (Slot::new(0), Mutex::new(Vec::new()));
    let started = Barrier::new(2); // hidden: only then is it luck who logs first
    let seen = thread::scope(|s| {
        s.spawn(|| {
            started.wait();
            env.stagger(0);
            mark!(A, draft.set(42));
            log.lock().unwrap().push("written");
        });
        let reader = s.spawn(|| {
            started.wait();
            env.stagger(1);
            log.lock().unwrap().push("about to read");
            mark!(B, draft.get())
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(seen != 42)
}

fn fixed(env: &Env) -> Outcome {
    let (draft, log) = (Slot::new(0), Mutex::new(Vec::new()));
    let seen = thread::scope(|s| {
        let writer = s.spawn(|| {
            env.stagger(0);
            draft.set(42);
            log.lock().unwrap().push("written");
        });
        let reader = s.spawn(|| {
            env.stagger(1);
            log.lock().unwrap().push("about to read");
            writer.join().unwrap();
            draft.get()
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(seen != 42)
}
