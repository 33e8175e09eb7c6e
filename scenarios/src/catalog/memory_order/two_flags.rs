//! The flag that is waited for is not the one that releases.

use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::atomic::{AtomicBool, Ordering};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "memory_order",
    name: "two-flags",
    story: "A writer raises `written` with `Release` and then `announced`, relaxed, as the \
            first vouches for the data. The reader waits for `announced` only. A relaxed store \
            behind a release store publishes nothing, even on the same thread.",
    citation: "C++20 [intro.races]: a release operation orders what is before it, not the stores \
               after it",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("two_flags.rs"),
};

fn program(env: &Env, wait: fn(&AtomicBool, &AtomicBool)) -> Outcome {
    let data = Slot::new(0);
    let (written, announced) = (AtomicBool::new(false), AtomicBool::new(false));
    let seen = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, data.set(42));
            written.store(true, Ordering::Release);
            announced.store(true, Ordering::Relaxed);
        });
        let reader = s.spawn(|| {
            wait(&written, &announced);
            mark!(B, data.get())
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(seen != 42)
}

fn raised(flag: &AtomicBool) {
    while !flag.load(Ordering::Acquire) {
        thread::yield_now();
    }
}

fn racy(env: &Env) -> Outcome {
    program(env, |_, announced| raised(announced))
}

fn fixed(env: &Env) -> Outcome {
    program(env, |written, announced| {
        raised(announced);
        raised(written);
    })
}
