//! Detectors that are other tools: each run is a process of its own.
//!
//! A peer is found, or built, when it is asked for ([`Peer::prepare`]), never when Fidge is. What it
//! needs and does not find makes it *unavailable*, with the reason and the line that installs it: a
//! row of the results, never one that is silently missing.
//!
//! The program that a peer watches is the hidden subcommand `one` of this binary, in whatever form the
//! peer needs it built (detection off, instrumented, ...). It runs one variant once and says
//! what came out in its last line, [`outcome`].

use super::Observation;
use crate::process::{Finished, own_peak};
use crate::scenario::{Outcome, Scenario};
use crate::watch::Task;
use std::process::Command;
use std::str::FromStr;
use std::time::Duration;

/// A tool that may or may not be here.
pub trait Peer: Sync {
    /// Its name on the command line and in results.
    fn name(&self) -> &'static str;

    /// What it is, in a sentence without a full stop.
    fn about(&self) -> &'static str;

    /// Builds or finds what it needs, once a comparison. An error, one line, is why it is not
    /// available and the line that installs it.
    fn prepare(&self) -> Result<Box<dyn Prepared>, String>;
}

/// A tool that is ready to watch programs, from any number of threads at a time.
pub trait Prepared: Send + Sync {
    /// A process that makes one run. What [`one`] asks for comes last.
    fn command(&self, task: &Task, run: u64) -> Command;

    /// Whether that process may fork others for further runs, so that its start is paid for once: it is
    /// this program, and the tool goes with a process that forks.
    fn forks(&self) -> bool {
        false
    }

    /// Whether one run is like another, as it depends on no seed and on no schedule: then there is one.
    fn repeats(&self) -> bool {
        false
    }

    /// What its output says. The outcome is `None` where the program did not come to say it.
    ///
    /// Also asked about a process that crashed or hung: what it had reported by then counts. An
    /// error ends the cell.
    fn read(&self, scenario: &Scenario, output: &Finished) -> Result<Observation, NoVerdict>;
}

/// Why there is no verdict on a run; one line.
#[derive(Debug)]
pub enum NoVerdict {
    /// The program is not for this tool, whatever the run: it needs what the tool has not.
    Unavailable(String),
    /// The tool gave up, or what it said is not understood.
    Failed(String),
}

impl From<String> for NoVerdict {
    fn from(why: String) -> Self {
        NoVerdict::Failed(why)
    }
}

/// The arguments of the subcommand that runs one program once.
pub fn one(task: &Task, run: u64) -> [String; 9] {
    [
        "one".to_owned(),
        task.scenario.path(),
        task.variant.name().to_owned(),
        "--schedule".to_owned(),
        task.schedule.to_string(),
        "--seed".to_owned(),
        task.seed.to_string(),
        "--run".to_owned(),
        run.to_string(),
    ]
}

/// What `one` prints when its program has ended: how long that took, what memory, what came out.
pub fn epilogue(took: Duration, outcome: Outcome) -> String {
    let peak = own_peak().map_or(String::new(), |peak| format!("peak: {peak} bytes\n"));
    let milliseconds = took.as_secs_f64() * 1e3;
    format!(
        "took: {milliseconds} ms\n{peak}outcome: {}\n",
        outcome.name()
    )
}

/// The outcome that `one` printed: the last line of its standard output. `None` if there is no such line.
pub fn outcome(output: &Finished) -> Option<Outcome> {
    let text = output.stdout();
    let said = text.lines().next_back()?.strip_prefix("outcome: ")?;
    [Outcome::Right, Outcome::Wrong]
        .into_iter()
        .find(|o| o.name() == said)
}

/// How long the program took, by itself, without the start of its process. `None` if it did not say.
pub fn took(output: &Finished) -> Option<Duration> {
    let milliseconds: f64 = said(output, "took: ", " ms")?;
    Duration::try_from_secs_f64(milliseconds / 1e3).ok()
}

/// The most memory it had resident, in bytes. `None` if it did not say.
pub fn peak(output: &Finished) -> Option<u64> {
    said(output, "peak: ", " bytes")
}

fn said<T: FromStr>(output: &Finished, before: &str, after: &str) -> Option<T> {
    let text = output.stdout();
    let value = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix(before)?.strip_suffix(after));
    value?.parse().ok()
}
