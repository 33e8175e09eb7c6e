//! The old table is reclaimed under a reader's hands.

use super::Table;
use crate::hidden::Barrier;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::atomic::{AtomicPtr, AtomicUsize, Ordering};
use fidge::thread;
use std::ptr;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "reader-holds-old-table",
    story: "A reader has loaded the table pointer and is about to read a slot when the table grows. \
            The grower publishes the new table correctly and then wipes the old one for reuse, \
            without waiting for the readers that are pinned to it.",
    citation: "Fraser, \"Practical lock-freedom\", 2004, section 5.2.3: epoch-based reclamation; \
               crossbeam-epoch",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("reader_holds_old_table.rs"),
};

fn program(env: &Env, wait_for_readers: bool) -> Outcome {
    let (old, new) = (Table::full(8), Table::full(16));
    let current = AtomicPtr::new(ptr::from_ref(&old).cast_mut());
    let pinned = AtomicUsize::new(0);
    let loaded = Barrier::new(2); // hidden: the growth begins when the reader has the old pointer
    let found = thread::scope(|s| {
        let reader = s.spawn(|| {
            pinned.fetch_add(1, Ordering::SeqCst);
            // SAFETY: both tables outlive the scope, and nobody takes them by `&mut`.
            let table = unsafe { &*current.load(Ordering::SeqCst) };
            loaded.wait();
            env.stagger(0);
            let value = mark!(A, table.slot(3).get());
            pinned.fetch_sub(1, Ordering::SeqCst);
            value
        });
        s.spawn(|| {
            loaded.wait();
            env.stagger(1);
            current.store(ptr::from_ref(&new).cast_mut(), Ordering::SeqCst);
            while wait_for_readers && pinned.load(Ordering::SeqCst) != 0 {
                thread::yield_now();
            }
            for i in 0..old.capacity() {
                mark!(B, old.slot(i).set(0));
            }
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(found != 4)
}

fn racy(env: &Env) -> Outcome {
    program(env, false)
}

fn fixed(env: &Env) -> Outcome {
    program(env, true)
}
