//! A value is read, then awaited over, then written back.

use crate::executor;
use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::Mutex;

pub static SCENARIO: Scenario = Scenario {
    class: "task",
    name: "get-await-write",
    story: "Two tasks of one thread change an account. One reads the balance without the lock, \
            awaits the bank's answer, and takes the lock only to write balance minus 30. The other's \
            deposit came in during the await, and is overwritten.",
    citation: "tokio's guide, \"Shared state\"; the lost update of Berenson et al., \"A critique of \
               ANSI SQL isolation levels\", SIGMOD 1995",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("get_await_write.rs"),
};

fn racy(_: &Env) -> Outcome {
    let (lock, balance) = (Mutex::new(()), Slot::new(100));
    let withdrawal = executor::spawn(async {
        let seen = mark!(A, balance.get());
        executor::yield_now().await;
        let _held = lock.lock().unwrap();
        balance.set(seen - 30);
    });
    let deposit = executor::spawn(async {
        let _held = lock.lock().unwrap();
        mark!(B, balance.set(balance.get() + 50));
    });
    executor::run([withdrawal, deposit]);
    Outcome::wrong_if(balance.get() != 120)
}

fn fixed(_: &Env) -> Outcome {
    let (lock, balance) = (Mutex::new(()), Slot::new(100));
    let withdrawal = executor::spawn(async {
        executor::yield_now().await;
        let _held = lock.lock().unwrap();
        balance.set(balance.get() - 30);
    });
    let deposit = executor::spawn(async {
        let _held = lock.lock().unwrap();
        balance.set(balance.get() + 50);
    });
    executor::run([withdrawal, deposit]);
    Outcome::wrong_if(balance.get() != 120)
}
