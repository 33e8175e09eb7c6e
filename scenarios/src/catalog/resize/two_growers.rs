//! Two threads find the table full, and both grow it.

use super::Table;
use crate::hidden::Barrier;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "two-growers",
    story: "An insert and a `reserve` both see that the table must grow. Who does it is settled by a \
            flag that each loads and then stores, in two steps, so both win: both copy the entries \
            to the same new table, and both count them.",
    citation: "Herlihy & Shavit, \"The art of multiprocessor programming\", 2008, section 13.2: \
               resizing once",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("two_growers.rs"),
};

/// Whose turn it is to grow; answers true to the one who shall.
type Claim = fn(&AtomicBool, both_looked: &Barrier) -> bool;

fn program(env: &Env, claim: Claim) -> Outcome {
    let (old, new) = (Table::full(8), Table::empty(16));
    let (growing, len) = (AtomicBool::new(false), AtomicUsize::new(0));
    let both_looked = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            if claim(&growing, &both_looked) {
                for i in 0..old.capacity() {
                    mark!(A, new.slot(i).set(old.slot(i).get()));
                    len.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        s.spawn(|| {
            env.stagger(1);
            if claim(&growing, &both_looked) {
                for i in 0..old.capacity() {
                    mark!(B, new.slot(i).set(old.slot(i).get()));
                    len.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    });
    Outcome::wrong_if(len.load(Ordering::Relaxed) != old.capacity())
}

fn racy(env: &Env) -> Outcome {
    program(env, |growing, both_looked| {
        let free = !growing.load(Ordering::Acquire);
        both_looked.wait(); // hidden: makes sure of the schedule, orders nothing
        if free {
            growing.store(true, Ordering::Release);
        }
        free
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |growing, both_looked| {
        both_looked.wait();
        growing
            .compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    })
}
