//! A mutex of std's is held over an `.await`.

use crate::executor;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::Mutex;
use std::cell::Cell;

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "lock-over-await",
    story: "A task locks the log, writes the beginning of a line, awaits, and writes the rest. \
            Another task of the same thread finds the lock taken; had it not only tried, the \
            thread would wait for a task that only it can run. The cure writes the line at once.",
    citation: "tokio's guide, \"Shared state\": holding a `MutexGuard` across an `.await`; \
               clippy's `await_holding_lock`",
    racy,
    fixed,
    kind: Kind::GuardAcrossAwait,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("lock_over_await.rs"),
};

// The point of the program; only without detection is this the guard that clippy knows.
#[allow(clippy::await_holding_lock)]
async fn held(log: &Mutex<String>) {
    let mut line = mark!(A, log.lock().unwrap());
    line.push_str("begun, ");
    executor::yield_now().await;
    line.push_str("done");
}

async fn taken_after(log: &Mutex<String>) {
    executor::yield_now().await;
    log.lock().unwrap().push_str("begun, done");
}

/// Tries the lock where any other program would wait for it: wrong if it is not to be had.
async fn visitor(log: &Mutex<String>, locked_out: &Cell<bool>) {
    locked_out.set(log.try_lock().is_err());
}

fn racy(_: &Env) -> Outcome {
    let (log, locked_out) = (Mutex::new(String::new()), Cell::new(false));
    let holder = mark!(B, executor::spawn(held(&log)));
    let visitor = executor::spawn(visitor(&log, &locked_out));
    executor::run([holder, visitor]);
    Outcome::wrong_if(locked_out.get())
}

fn fixed(_: &Env) -> Outcome {
    let (log, locked_out) = (Mutex::new(String::new()), Cell::new(false));
    let holder = executor::spawn(taken_after(&log));
    let visitor = executor::spawn(visitor(&log, &locked_out));
    executor::run([holder, visitor]);
    Outcome::wrong_if(locked_out.get())
}
