//! One program, once, as a peer's process runs it.

use crate::output;
use crate::scenario::{Env, Outcome};
use fidge::__backend::{EXPLORES, explore};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What `program` answers in the `run`-th of the runs that `seed` stands for. In a build for a tool
/// that runs it again and again, it is the tool that does; the first wrong answer is then the end of
/// the process, as a failed assertion would be.
pub fn run(program: fn(&Env) -> Outcome, seed: u64, run: u64) -> Outcome {
    let wrong = Arc::new(AtomicBool::new(false));
    let went_wrong = Arc::clone(&wrong);
    explore(Env::new(seed, run).seed(), move || {
        if program(&Env::new(seed, run)) == Outcome::Wrong {
            went_wrong.store(true, Ordering::Relaxed);
            if EXPLORES {
                // Not after unwinding: the tool's other threads are in the midst of things.
                let _ = output::print(&line(Outcome::Wrong));
                std::process::exit(0);
            }
        }
    });
    Outcome::wrong_if(wrong.load(Ordering::Relaxed))
}

/// How `one` says what came out.
pub fn line(outcome: Outcome) -> String {
    format!("outcome: {}\n", outcome.name())
}
