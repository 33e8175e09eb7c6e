//! Deadlocks: told before they hang, and never told where nobody waits in vain.
//!
//! Every test runs in a process of its own, which is killed if it hangs.
#![cfg(feature = "detect")]

mod awaits;
mod cycles;
mod itself;
mod order;
mod quiet;

use fidge::{Kind, Race, Report, Severity};
use fidge_tests::run::command_run;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::{Condvar, Mutex};
use std::{env, process};

/// A test that runs in a process of its own, with these `FIDGE_OPTIONS`.
macro_rules! alone {
    ($(#[doc = $doc:literal])* fn $name:ident() $body:block) => {
        $(#[doc = $doc])*
        #[test]
        fn $name() {
            $crate::run_alone(concat!(module_path!(), "::", stringify!($name)), || $body);
        }
    };
}
pub(crate) use alone;

const ALONE: &str = "FIDGE_TESTS_ALONE";

fn run_alone(name: &str, body: impl FnOnce()) {
    if env::var_os(ALONE).is_some() {
        return body();
    }
    let run = in_a_process(name, "").status;
    assert!(run.success(), "{name}: {run}");
}

/// Runs the test of that name with these options; its output goes to this one's.
fn in_a_process(name: &str, options: &str) -> fidge_tests::run::Run {
    let (_, name) = name.split_once("::").expect("a path in this crate");
    let run = command_run(
        Command::new(env::current_exe().expect("a test has a file"))
            .args(["--exact", name, "--nocapture"])
            .env(ALONE, process::id().to_string())
            .env("FIDGE_OPTIONS", options),
    );
    print!("{}{}", run.stdout, run.stderr);
    run
}

/// What `f` panicked with, if it did.
fn panic_of(f: impl FnOnce()) -> Option<String> {
    let payload = catch_unwind(AssertUnwindSafe(f)).err()?;
    Some(*payload.downcast::<String>().expect("a formatted message"))
}

/// The one finding.
#[track_caller]
fn only(report: &Report) -> &Race {
    let [race] = report.races() else {
        panic!("one finding expected: {report}");
    };
    race
}

/// The one finding, which is a deadlock. `held` and `request` are the operations of its two sides.
#[track_caller]
fn deadlock<'a>(report: &'a Report, held: &str, request: &str) -> &'a Race {
    let race = only(report);
    assert_eq!(
        (race.kind(), race.severity()),
        (Kind::GuardDeadlock, Severity::Error),
        "{report}"
    );
    let [a, b] = race.accesses();
    assert_eq!((a.op(), b.op()), (held, request), "{report}");
    race
}

/// A signal that Fidge does not see.
#[derive(Default)]
struct Signal {
    steps: Mutex<u32>,
    changed: Condvar,
}

impl Signal {
    /// One more step was made.
    fn step(&self) {
        *self.steps.lock().unwrap() += 1;
        self.changed.notify_all();
    }

    /// Waits until as many were made.
    fn wait(&self, steps: u32) {
        let made = self.steps.lock().unwrap();
        drop(self.changed.wait_while(made, |made| *made < steps).unwrap());
    }
}
