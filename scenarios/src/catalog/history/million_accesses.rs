//! The racing write lies a million accesses back.

use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::cell::UnsafeCell;
use fidge::sync::atomic::{AtomicBool, Ordering};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "history",
    name: "million-accesses",
    story: "A worker writes a header, then works on a buffer of its own for a million accesses, and \
            at last raises a flag. The flag is relaxed, so the reader of the header races with a \
            write that a bounded history has long since dropped.",
    citation: "ThreadSanitizer's `history_size`: a race whose older side has left the history is not \
               reported",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("million_accesses.rs"),
};

/// Fewer under test, where all is slower; still more than `cells4` remembers.
const ACCESSES: usize = if cfg!(test) { 120_000 } else { 1_000_000 };

fn program(env: &Env, raise: Ordering, wait: Ordering) -> Outcome {
    let (header, done) = (Slot::new(0), AtomicBool::new(false));
    let seen = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, header.set(42));
            work();
            done.store(true, raise);
        });
        let reader = s.spawn(|| {
            while !done.load(wait) {
                thread::sleep(std::time::Duration::from_micros(200));
            }
            mark!(B, header.get())
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(seen != 42)
}

/// A million accesses, reads and writes by turns, to memory that no other thread reaches.
fn work() {
    let buffer: Vec<_> = (0..1024u64).map(UnsafeCell::new).collect();
    for i in 0..ACCESSES / 2 {
        let from = &buffer[i % buffer.len()];
        let to = &buffer[(i + 1) % buffer.len()];
        // SAFETY: the buffer is this function's own, and `from` is not being written.
        let value = from.with(|value| unsafe { *value });
        // SAFETY: as above; no other pointer to `to` is in use.
        to.with_mut(|slot| unsafe { *slot = value });
    }
}

fn racy(env: &Env) -> Outcome {
    program(env, Ordering::Relaxed, Ordering::Relaxed)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Ordering::Release, Ordering::Acquire)
}
