//! The pointer to the new table outruns what is in it.

use super::Table;
use crate::hidden::Barrier;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::atomic::{AtomicPtr, Ordering};
use fidge::thread;
use std::ptr;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "table-published-relaxed",
    story: "A table has become too small. Its owner fills one of twice the size and stores the \
            pointer to it with `Relaxed`. A reader that follows the new pointer has no claim to the \
            copied entries: they may become visible later than the pointer.",
    citation: "Batty et al., \"Mathematizing C++ concurrency\", POPL 2011: message passing needs \
               release and acquire",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("table_published_relaxed.rs"),
};

fn program(env: &Env, publish: Ordering, follow: Ordering) -> Outcome {
    let (old, new) = (Table::full(8), Table::empty(16));
    let current = AtomicPtr::new(ptr::from_ref(&old).cast_mut());
    let published = Barrier::new(2); // hidden, so only the pointer can order anything
    let found = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            for i in 0..old.capacity() {
                mark!(A, new.slot(i).set(old.slot(i).get()));
            }
            current.store(ptr::from_ref(&new).cast_mut(), publish);
            published.wait();
        });
        let reader = s.spawn(|| {
            published.wait();
            env.stagger(1);
            // SAFETY: both tables outlive the scope, and nobody takes them by `&mut`.
            let table = unsafe { &*current.load(follow) };
            mark!(B, table.slot(3).get())
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(found != 4)
}

fn racy(env: &Env) -> Outcome {
    program(env, Ordering::Relaxed, Ordering::Relaxed)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Ordering::Release, Ordering::Acquire)
}
