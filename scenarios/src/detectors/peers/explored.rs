//! What loom and shuttle have in common: they run the program again and again, one thread at a time, on
//! their own types, and a panic of any execution is what they report.

use super::place::{Frame, Side, pair};
use crate::detectors::build::build;
use crate::detectors::peer::{NoVerdict, Prepared, one, outcome};
use crate::detectors::{Observation, Pair};
use crate::process::Finished;
use crate::scenario::{Outcome, Scenario};
use crate::watch::Task;
use std::path::PathBuf;
use std::process::Command;

/// The program, built on a tool's types.
pub struct Explored {
    program: PathBuf,
    limits: &'static [Limit],
    repeats: bool,
}

/// A panic that is the tool's own limit, not the program's fault.
pub struct Limit {
    /// What it says.
    pub says: &'static str,
    /// What that means, to follow "it "; empty where the whole line says so itself.
    pub means: &'static str,
    /// Whether the program can never be run, or this run only has no verdict.
    pub makes: fn(String) -> NoVerdict,
}

impl Limit {
    /// Why there is no verdict, if this limit was met.
    fn met(&self, said: &str) -> Option<NoVerdict> {
        let line = said.lines().find(|line| line.contains(self.says))?;
        let why = match self.means {
            "" => line.trim().to_owned(),
            means => format!("it {means}"),
        };
        Some((self.makes)(why))
    }
}

impl Explored {
    /// Builds the program on the types of the tool that the feature `name` stands for.
    /// It `repeats` where it does not draw lots.
    pub fn build(
        name: &str,
        limits: &'static [Limit],
        repeats: bool,
    ) -> Result<Box<dyn Prepared>, String> {
        let program = build(name, &["--features", name], &[])?;
        Ok(Box::new(Explored {
            program,
            limits,
            repeats,
        }))
    }
}

impl Prepared for Explored {
    fn command(&self, task: &Task, run: u64) -> Command {
        let mut command = Command::new(&self.program);
        command.args(one(task, run));
        command
    }

    fn forks(&self) -> bool {
        true
    }

    fn repeats(&self) -> bool {
        self.repeats
    }

    fn read(&self, scenario: &Scenario, output: &Finished) -> Result<Observation, NoVerdict> {
        let said = output.stderr();
        let outcome = outcome(output);
        let failed = !output.hung && output.status.code() == Some(101);
        if failed && let Some(limit) = self.limits.iter().find_map(|limit| limit.met(&said)) {
            return Err(limit);
        }
        let reports = match outcome {
            Some(Outcome::Right) => Vec::new(),
            // An assertion on the outcome: the one thing that a user of these tools writes.
            Some(Outcome::Wrong) => vec![scenario.sites().map(Some)],
            None if failed => vec![panicked(scenario, &said)],
            None => Vec::new(),
        };
        Ok(Observation { outcome, reports })
    }
}

/// What a panic accuses: the accesses of a causality violation. Anything else, a deadlock or an assertion,
/// names no accesses, and is taken for a report of the marked ones.
fn panicked(scenario: &Scenario, said: &str) -> Pair {
    let Some((_, accesses)) = said.split_once("Causality violation: ") else {
        return scenario.sites().map(Some);
    };
    let mut sides = accesses.lines().filter_map(access);
    let sides = [sides.next(), sides.next()];
    pair(scenario, &sides.map(|side| side.unwrap_or(Side::Untold)))
}

/// The access in `      read: thread #1 @ src/x.rs:37:24`.
fn access(line: &str) -> Option<Side> {
    let (_, place) = line.split_once(": thread #")?;
    let (_, place) = place.split_once(" @ ")?;
    if place.is_empty() {
        return Some(Side::Untold);
    }
    let mut parts = place.trim_end().rsplitn(3, ':');
    let (_column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Side::Shown(vec![Frame {
        file: file.to_owned(),
        line: line.parse().ok()?,
    }]))
}

#[cfg(test)]
mod tests {
    use super::super::place::tests::{sample, text};
    use super::*;

    #[test]
    fn a_causality_violation_names_its_accesses() {
        let said = text(include_str!("../../../tests/data/loom.txt"));
        let [a, b] = sample().sites().map(Some);
        assert_eq!(panicked(sample(), &said), [b, a]);
        let elsewhere = said.replace("flag_before_data.rs", "other.rs");
        assert_eq!(panicked(sample(), &elsewhere), [None, None]);
    }

    #[test]
    fn one_marked_access_is_enough_where_only_one_is_named() {
        let said = text(include_str!("../../../tests/data/loom_one_side.txt"));
        assert_eq!(panicked(sample(), &said), sample().sites().map(Some));
        let elsewhere = said.replace("flag_before_data.rs", "other.rs");
        assert_eq!(panicked(sample(), &elsewhere), [None, None]);
    }

    #[test]
    fn a_deadlock_accuses_the_marked_accesses() {
        let said = include_str!("../../../tests/data/shuttle.txt");
        assert_eq!(panicked(sample(), said), sample().sites().map(Some));
    }

    #[test]
    fn a_limit_is_told_by_what_it_means_or_in_its_own_words() {
        let said = "thread 'main' panicked at x.rs:1:1:\nit uses time-outs, which it has not\n";
        let limit = |means| Limit {
            says: "which it has not",
            means,
            makes: NoVerdict::Unavailable,
        };
        let why = |limit: Limit| match limit.met(said) {
            Some(NoVerdict::Unavailable(why)) => why,
            other => panic!("{other:?}"),
        };
        assert_eq!(why(limit("")), "it uses time-outs, which it has not");
        assert_eq!(why(limit("waits")), "it waits");
        assert!(limit("").met("all is well").is_none());
    }
}
