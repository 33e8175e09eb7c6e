//! Wrong concurrent programs of every kind, written as one writes them: where a run goes wrong, Fidge must say
//! why.
//!
//! The counterpart of the soak. Each program tells whether it went wrong; it runs again and again, disturbed
//! at the place where it can be overtaken, until that has happened so often as [`FAULTS`] says.
#![cfg(feature = "detect")]

mod atomics;
mod locks;
mod maps;

use fidge::Kind;
use std::time::Duration;

/// Wrong runs to be had of each program.
const FAULTS: u32 = 5;
/// Runs that are tried for them.
const RUNS: u32 = 2_000;

/// Runs a program until it went wrong so often; each such run must be reported as `kind`, and none otherwise.
#[track_caller]
fn buggy(kind: Kind, program: impl Fn() -> bool) {
    let mut faults = 0;
    for run in 1..=RUNS {
        let mut wrong = false;
        let report = fidge::check(|| wrong = program());
        for race in report.races() {
            assert_eq!(race.kind(), kind, "run {run}: {report}");
        }
        if wrong {
            assert!(!report.is_clean(), "run {run} went wrong unseen");
            faults += 1;
        }
        if faults == FAULTS {
            return;
        }
    }
    panic!("it went wrong in {faults} of {RUNS} runs only");
}

/// Where others may come in between.
fn window() {
    std::thread::sleep(Duration::from_micros(50));
}

/// Runs `f` with 0, 1, ... on as many threads of Fidge.
fn threads(count: usize, f: impl Fn(usize) + Sync) {
    fidge::thread::scope(|s| {
        for index in 0..count {
            let f = &f;
            s.spawn(move || f(index));
        }
    });
}
