//! Miri: an interpreter with the memory model's own happens-before, and weak loads.
//!
//! It runs the same source, one schedule a seed. Its component comes with nightly toolchains only.

use super::place::{Frame, Side, is_in, pair};
use super::toolchain;
use crate::detectors::Observation;
use crate::detectors::peer::{NoVerdict, Peer, Prepared, one, outcome};
use crate::process::{self, Finished};
use crate::scenario::Scenario;
use crate::watch::Task;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Miri.
pub struct Miri;

impl Peer for Miri {
    fn name(&self) -> &'static str {
        "miri"
    }

    fn about(&self) -> &'static str {
        "Miri: the program interpreted, one schedule a seed, preempted at 1 % of its steps"
    }

    fn prepare(&self) -> Result<Box<dyn Prepared>, String> {
        const INSTALL: &str = "rustup toolchain install nightly --component miri,rust-src";
        let toolchain = toolchain::with(&["bin/miri", "lib/rustlib/src/rust/library/Cargo.lock"])
            .ok_or_else(|| format!("no toolchain has the component: {INSTALL}"))?;
        let interpreter = Interpreter {
            toolchain,
            manifest: Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"),
        };
        // Builds std's and the dependencies' intermediate code, and shows that a program runs.
        let output = process::build(interpreter.cargo(0).arg("--help"));
        let output = output.map_err(|error| format!("cargo cannot be started: {error}"))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let error = said.lines().find(|line| line.starts_with("error"));
            return Err(error
                .unwrap_or("`cargo miri` fails, and does not say why")
                .to_owned());
        }
        Ok(Box::new(interpreter))
    }
}

struct Interpreter {
    toolchain: String,
    manifest: PathBuf,
}

impl Interpreter {
    /// Up to the program's own arguments.
    fn cargo(&self, seed: u64) -> Command {
        let mut command = Command::new("cargo");
        command.args([
            "miri",
            "run",
            "--quiet",
            "--no-default-features",
            "--manifest-path",
        ]);
        command.arg(&self.manifest).arg("--target-dir");
        command.arg(self.manifest.with_file_name("../target/peers/miri"));
        command.arg("--").env(toolchain::VARIABLE, &self.toolchain);
        // Threads that the program leaves behind are no error of the kind that is looked for.
        let flags = format!("-Zmiri-disable-isolation -Zmiri-ignore-leaks -Zmiri-seed={seed}");
        command.env("MIRIFLAGS", flags).env_remove("RUSTFLAGS");
        command
    }
}

impl Prepared for Interpreter {
    fn command(&self, task: &Task, run: u64) -> Command {
        let mut command = self.cargo(task.seed.wrapping_mul(1_000_003).wrapping_add(run));
        command.args(one(task, run));
        command
    }

    fn read(&self, scenario: &Scenario, output: &Finished) -> Result<Observation, NoVerdict> {
        let said = output.stderr();
        let error = |line: &&str| line.starts_with("error: unsupported operation");
        if let Some(error) = said.lines().find(error) {
            return Err(NoVerdict::Unavailable(error.to_owned()));
        }
        let reports = said
            .split("error: Undefined Behavior: ")
            .skip(1)
            .map(|report| pair(scenario, &sides(scenario, report)));
        Ok(Observation {
            outcome: outcome(output),
            reports: reports.collect(),
        })
    }
}

/// The two accesses of a data race. The later one is where Miri stopped, with its stack. Of the earlier one it
/// names the place only: where that is not in the scenario, but in what the scenario called, it says
/// nothing of the scenario.
fn sides(scenario: &Scenario, report: &str) -> [Side; 2] {
    let (mut later, mut earlier) = (Vec::new(), None);
    let mut of_earlier = false;
    for line in report.lines().map(str::trim_start) {
        of_earlier |= line.starts_with("help: and (1) occurred earlier here");
        let place = line.strip_prefix("--> ").or(line.strip_prefix("at "));
        match place.and_then(frame) {
            Some(frame) if of_earlier && earlier.is_none() => earlier = Some(frame),
            Some(frame) => later.push(frame),
            None => {}
        }
    }
    let earlier = earlier.filter(|frame| is_in(&scenario.source, frame));
    let earlier = earlier.map_or(Side::Untold, |frame| Side::Shown(vec![frame]));
    [Side::Shown(later), earlier]
}

/// `src/x.rs:3:9`, with or without an end: `src/x.rs:3:9: 3:20`.
fn frame(place: &str) -> Option<Frame> {
    let place = place.trim();
    let start = place.split_once(": ").map_or(place, |(start, _)| start);
    let mut parts = start.rsplitn(3, ':');
    let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    column.parse::<u32>().ok()?;
    Some(Frame {
        file: file.to_owned(),
        line: line.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::place::tests::{sample, text};
    use super::*;

    #[test]
    fn the_later_access_has_a_stack_and_the_earlier_one_a_place() {
        let said = text(include_str!("../../../tests/data/miri.txt"));
        let [a, b] = sample().sites().map(Some);
        let elsewhere = sides(sample(), &said);
        assert_eq!(elsewhere[1], Side::Untold, "it is in a helper");
        assert_eq!(pair(sample(), &elsewhere), [a.clone(), b.clone()]);
        let here = format!("{}:{}:9", sample().source.file, a.clone().unwrap().line);
        let said = said.replace("scenarios/src/hidden.rs:144:38", &here);
        assert_eq!(pair(sample(), &sides(sample(), &said)), [b, a]);
    }
}
