//! Results as a file: schema "fidge-compare/1".
//!
//! `docs/compare-schema.md` describes it for those who read such files: keep the two together. What has
//! come to the schema since its first files has a default here, so that those can still be read.

use crate::check::check;
use crate::detectors::PLAIN;
use crate::digest;
use crate::save;
use crate::scenario::Variant;
use crate::schedule::Schedule;
use crate::statistics::wilson95;
use crate::summary::Summary;
use crate::verdicts::Verdicts;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use std::thread::available_parallelism;

/// The schema's name and version.
pub const SCHEMA: &str = "fidge-compare/1";

/// A file of results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// [`SCHEMA`].
    pub schema: String,
    /// Where it ran.
    pub environment: Environment,
    /// What was asked for.
    pub settings: Settings,
    /// What came out, in the order of the catalogue.
    pub cells: Vec<Cell>,
    /// What the cells come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
}

/// The machine and the build.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Version of Fidge.
    pub fidge: String,
    /// Digest of the runner's program. Files from before there was one, and sums of several builds, have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<String>,
    /// Version of the compiler.
    pub rustc: String,
    /// `release` or `debug`.
    pub profile: String,
    /// Operating system.
    pub os: String,
    /// Instruction set.
    pub arch: String,
    /// How many threads can run at a time.
    pub cpus: usize,
}

impl Environment {
    /// This process's.
    pub fn here() -> Self {
        Environment {
            fidge: env!("CARGO_PKG_VERSION").to_owned(),
            build: digest::of_this_program(),
            rustc: rustc_version_runtime::version().to_string(),
            profile: if cfg!(debug_assertions) {
                "debug"
            } else {
                "release"
            }
            .to_owned(),
            os: std::env::consts::OS.to_owned(),
            arch: std::env::consts::ARCH.to_owned(),
            cpus: available_parallelism().map_or(1, usize::from),
        }
    }

    /// The same, whatever the build.
    pub fn of_any_build(&self) -> Self {
        Environment {
            build: None,
            ..self.clone()
        }
    }
}

/// What a command was asked to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Runs a cell.
    pub runs: u64,
    /// The seed of all runs.
    pub seed: u64,
    /// Which scenarios; all of them without one.
    pub filter: Option<String>,
    /// Which detectors.
    pub detectors: Vec<String>,
    /// How the threads are made to meet.
    #[serde(default)]
    pub schedule: Schedule,
    /// Which part of the cells, `2/4`; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// How many seconds a run may take. Files from before there was a limit have none.
    #[serde(default)]
    pub timeout_s: Option<u64>,
    /// How many programs ran at a time: above 1, times are those of a busy machine.
    #[serde(default = "one")]
    pub jobs: usize,
    /// Whether each run was a process of its own, for Fidge too.
    #[serde(default)]
    pub isolate: bool,
}

fn one() -> usize {
    1
}

impl Settings {
    /// What these and others, shards aside, differ in first, and as what each has it.
    pub fn difference(&self, other: &Settings) -> Option<(&'static str, String, String)> {
        let all = [
            (
                "number of runs",
                self.runs.to_string(),
                other.runs.to_string(),
            ),
            ("seed", self.seed.to_string(), other.seed.to_string()),
            ("filter", named(&self.filter), named(&other.filter)),
            (
                "list of detectors",
                self.detectors.join(","),
                other.detectors.join(","),
            ),
            (
                "schedule",
                self.schedule.to_string(),
                other.schedule.to_string(),
            ),
            ("time limit", limit(self.timeout_s), limit(other.timeout_s)),
            (
                "number of jobs",
                self.jobs.to_string(),
                other.jobs.to_string(),
            ),
            (
                "isolation",
                self.isolate.to_string(),
                other.isolate.to_string(),
            ),
        ];
        all.into_iter().find(|(_, here, there)| here != there)
    }
}

fn named(filter: &Option<String>) -> String {
    filter
        .as_ref()
        .map_or("none".to_owned(), |filter| format!("`{filter}`"))
}

fn limit(seconds: Option<u64>) -> String {
    seconds.map_or("none".to_owned(), |seconds| format!("{seconds} s"))
}

/// Whether a cell was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// In every run, though some may have crashed or hung.
    Ran,
    /// The detector is not to be had here, or not for this program.
    Unavailable,
    /// A run came to no verdict; the counts are of the runs before it.
    Failed,
}

/// Which executions a cell's verdicts are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Executions {
    /// Recordings, one a run; all detectors that say so judged the same ones.
    Recorded,
    /// Executions of its own. Those of another detector had the same seeds, and other schedules.
    Own,
}

/// What one detector said about one variant of one scenario.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Name of the scenario.
    pub scenario: String,
    /// Its class.
    pub class: String,
    /// Which of its programs.
    pub variant: Variant,
    /// Name of the detector.
    pub detector: String,
    /// Whether it ran.
    pub status: Status,
    /// Why not; of a cell that ran, what the first crash was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Runs that were made, those that crashed or hung included.
    pub runs: u64,
    /// Runs that were brought down: by a signal, an abort, a panic.
    #[serde(default)]
    pub crashed: u64,
    /// Runs that did not end in time and were killed.
    #[serde(default)]
    pub hung: u64,
    /// Runs whose observable outcome was wrong.
    pub manifested: u64,
    /// Runs in which the marked pair was reported.
    pub detected: u64,
    /// Runs whose outcome was wrong and in which the marked pair was not reported.
    #[serde(default)]
    pub missed: u64,
    /// Runs in which anything else was reported.
    pub false_reports: u64,
    /// The share of runs detected (racy) or falsely reported (fixed).
    pub rate: Option<f64>,
    /// Its 95 % interval.
    pub ci95: Option<[f64; 2]>,
    /// The median run, in milliseconds, of those that came to their end.
    pub median_ms: Option<f64>,
    /// The most memory that any process of the cell had resident, in bytes. Absent where it is not known,
    /// and for offline detectors, which share a process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak_bytes: Option<u64>,
    /// Of each run, whether it counts for `rate`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdicts: Option<Verdicts>,
    /// Which executions these are about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub executions: Option<Executions>,
}

impl Cell {
    /// `class/name`.
    pub fn path(&self) -> String {
        format!("{}/{}", self.class, self.scenario)
    }

    /// The number of runs that `rate` is about: detected, or falsely reported of a fixed program.
    pub fn hits(&self) -> u64 {
        match self.variant {
            Variant::Racy => self.detected,
            Variant::Fixed => self.false_reports,
        }
    }

    /// Runs that came to no good end: crashed or hung.
    pub fn lost(&self) -> u64 {
        self.crashed + self.hung
    }

    /// The same cell with `rate` and `ci95` as its counts have them. The plain run is no detector, and
    /// has none.
    pub fn with_rate(mut self) -> Self {
        let hits = self.hits();
        let judged = if self.detector == PLAIN { 0 } else { self.runs };
        self.ci95 = wilson95(hits, judged);
        self.rate = self.ci95.map(|_| hits as f64 / self.runs as f64);
        self
    }
}

impl Results {
    /// No cells yet.
    pub fn new(settings: Settings) -> Self {
        let environment = Environment::here();
        Results {
            schema: SCHEMA.to_owned(),
            environment,
            settings,
            cells: Vec::new(),
            summary: None,
        }
    }

    /// The same results with the summary that their cells have.
    pub fn with_summary(mut self) -> Self {
        self.summary = Some(Summary::of(&self));
        self
    }

    /// Writes the file anew, beside the old one, which it then replaces: whoever reads or kills at
    /// any time finds a whole file.
    pub fn save(&self, path: &Path) -> Result<(), String> {
        let mut text = serde_json::to_vec_pretty(self).expect("plain data");
        text.push(b'\n');
        save::replace(path, &text)
    }

    /// Reads a file; the error, one line, names it and says what is wrong with it. What is read can be true
    /// (see [`check`]).
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        Self::parse(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|e| format!("expected JSON: {e}"))?;
        match value["schema"].as_str() {
            Some(SCHEMA) => {}
            Some(other) => return Err(format!("expected schema \"{SCHEMA}\", found \"{other}\"")),
            None => return Err(format!("expected an object with schema \"{SCHEMA}\"")),
        }
        let results: Results = serde_json::from_value(value).map_err(|e| e.to_string())?;
        check(&results)?;
        Ok(results)
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn results() -> Results {
        let settings = Settings {
            runs: 4,
            seed: 1,
            filter: None,
            detectors: vec!["fidge".into(), "oracle".into()],
            schedule: Schedule::Steered,
            shard: None,
            timeout_s: Some(60),
            jobs: 1,
            isolate: false,
        };
        let ran = Cell {
            scenario: "two-locks".into(),
            class: "map".into(),
            variant: Variant::Racy,
            detector: "fidge".into(),
            status: Status::Ran,
            reason: None,
            runs: 4,
            crashed: 0,
            hung: 0,
            manifested: 1,
            detected: 3,
            missed: 0,
            false_reports: 0,
            rate: None,
            ci95: None,
            median_ms: Some(1.5),
            peak_bytes: Some(4096),
            verdicts: Some([true, false, true, true].into_iter().collect()),
            executions: Some(Executions::Own),
        }
        .with_rate();
        let unavailable = Cell {
            detector: "oracle".into(),
            status: Status::Unavailable,
            reason: Some("not here".into()),
            runs: 0,
            manifested: 0,
            detected: 0,
            missed: 0,
            median_ms: None,
            peak_bytes: None,
            verdicts: None,
            executions: None,
            ..ran.clone()
        }
        .with_rate();
        Results {
            cells: vec![ran, unavailable],
            ..Results::new(settings)
        }
    }

    #[test]
    fn the_shape_is_the_documented_one() {
        let value = serde_json::to_value(results()).expect("plain data");
        assert_eq!(value["schema"], "fidge-compare/1");
        let keys = |v: &serde_json::Value| {
            v.as_object()
                .expect("an object")
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(&value), ["cells", "environment", "schema", "settings"]);
        assert_eq!(
            value["cells"][0],
            serde_json::json!({
                "scenario": "two-locks", "class": "map", "variant": "racy", "detector": "fidge",
                "status": "ran", "runs": 4, "crashed": 0, "hung": 0, "manifested": 1, "detected": 3, "missed": 0, "false_reports": 0,
                "rate": 0.75, "ci95": wilson95(3, 4), "median_ms": 1.5, "peak_bytes": 4096,
                "verdicts": "b", "executions": "own",
            })
        );
        assert_eq!(
            value["cells"][1],
            serde_json::json!({
                "scenario": "two-locks", "class": "map", "variant": "racy", "detector": "oracle",
                "status": "unavailable", "reason": "not here", "runs": 0, "crashed": 0, "hung": 0, "manifested": 0,
                "detected": 0, "missed": 0, "false_reports": 0, "rate": null, "ci95": null, "median_ms": null,
            })
        );
    }

    #[test]
    fn the_rate_of_a_fixed_program_is_that_of_false_reports() {
        let racy = results().cells.remove(0);
        let fixed = Cell {
            variant: Variant::Fixed,
            detected: 0,
            missed: 0,
            false_reports: 1,
            ..racy
        };
        assert_eq!(fixed.with_rate().rate, Some(0.25));
    }

    #[test]
    fn what_is_saved_is_read_back_and_replaces_what_was_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("results.json");
        fs::write(&path, "old").expect("writable");
        results().save(&path).expect("writable");
        assert_eq!(Results::read(&path), Ok(results()));
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
    }

    #[test]
    fn other_files_are_refused_in_one_line() {
        for (text, error) in [
            ("cells", "expected JSON: "),
            ("[]", "expected an object with schema \"fidge-compare/1\""),
            (
                r#"{"schema":"fidge-compare/2"}"#,
                "expected schema \"fidge-compare/1\", found \"fidge-compare/2\"",
            ),
            (r#"{"schema":"fidge-compare/1"}"#, "missing field"),
        ] {
            let found = Results::parse(text).expect_err(text);
            assert!(
                found.starts_with(error) && found.lines().count() == 1,
                "{text}: {found}"
            );
        }
    }
}
