//! One program, once, as a peer's process runs it.

use crate::detectors::peer::epilogue;
use crate::output;
use crate::scenario::{Env, Outcome};
use crate::watch::Task;
use fidge::__backend::{EXPLORES, explore};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// Makes the `run`-th of the task's runs, and says what came out, as `one` prints it.
/// In a build for a tool that runs a program again and again, it is the tool that does; the first wrong
/// answer is then the end of the process, as a failed assertion would be.
pub fn run(task: &Task, run: u64) -> String {
    let program = task.scenario.program(task.variant);
    let (schedule, variant, seed) = (task.schedule, task.variant, task.seed);
    let start = Instant::now();
    let wrong = Arc::new(AtomicBool::new(false));
    let went_wrong = Arc::clone(&wrong);
    explore(task.env(run).seed(), move || {
        if program(&Env::measured(schedule, variant, seed, run)) == Outcome::Wrong {
            went_wrong.store(true, Ordering::Relaxed);
            if EXPLORES {
                // Not by unwinding: the tool's other threads are in the midst of things.
                let _ = output::print(&epilogue(start.elapsed(), Outcome::Wrong));
                std::process::exit(0);
            }
        }
    });
    let outcome = Outcome::wrong_if(wrong.load(Ordering::Relaxed));
    epilogue(start.elapsed(), outcome)
}
