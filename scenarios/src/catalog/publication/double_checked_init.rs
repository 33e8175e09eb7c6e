//! Double-checked locking whose first check is relaxed.

use crate::hidden::{Barrier, Slot};
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicBool, Ordering};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "publication",
    name: "double-checked-init",
    story: "A lazily computed setting: look at a flag, and only if it is down take the lock, look \
            again and compute. With `Relaxed` on the fast path, whoever finds the flag up reads the \
            setting without anything that orders it after its computation.",
    citation: "Meyers & Alexandrescu, \"C++ and the perils of double-checked locking\", 2004; Bacon \
               et al., \"The 'double-checked locking is broken' declaration\"",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("double_checked_init.rs"),
};

struct Lazy {
    check: Ordering,
    publish: Ordering,
    ready: AtomicBool,
    lock: Mutex<()>,
    value: Slot<u64>,
}

impl Lazy {
    fn get(&self) -> u64 {
        if !self.ready.load(self.check) {
            let _held = self.lock.lock().unwrap();
            if !self.ready.load(Ordering::Relaxed) {
                mark!(A, self.value.set(42));
                self.ready.store(true, self.publish);
            }
        }
        mark!(B, self.value.get())
    }
}

fn program(env: &Env, check: Ordering, publish: Ordering) -> Outcome {
    let ready = AtomicBool::new(false);
    let lazy = Lazy {
        check,
        publish,
        ready,
        lock: Mutex::new(()),
        value: Slot::new(0),
    };
    let computed = Barrier::new(2); // hidden: the second thread comes when the flag is up
    let seen = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            lazy.get();
            computed.wait();
        });
        let second = s.spawn(|| {
            computed.wait();
            env.stagger(1);
            lazy.get()
        });
        second.join().unwrap()
    });
    Outcome::wrong_if(seen != 42)
}

fn racy(env: &Env) -> Outcome {
    program(env, Ordering::Relaxed, Ordering::Relaxed)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Ordering::Acquire, Ordering::Release)
}
