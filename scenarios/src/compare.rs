//! Goes through the programs under all detectors, several at a time, and keeps what it gets.
//!
//! The unit of work is a program in a lane: all its runs under one detector, or under the offline ones
//! together. Where a file is asked for, each run is in its journal as soon as it is made, and a campaign
//! that was killed goes on from there. Which run has which seed does not depend on how often it was
//! stopped or how many jobs there are.

use crate::detectors::Detector;
use crate::journal::{Entry, Journal};
use crate::json::{Results, Settings};
use crate::lane::{Lane, prepare};
use crate::progress::Progress;
use crate::run::{Ending, Run, cell};
use crate::scenario::{Scenario, Variant};
use crate::shard::Shard;
use crate::watch::Task;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// What is to be compared.
pub struct Plan<'a> {
    /// The scenarios, in the order of the catalogue.
    pub scenarios: Vec<&'a Scenario>,
    /// The detectors, in the order of their names in the settings.
    pub detectors: Vec<Detector>,
    /// Which part of the programs.
    pub shard: Option<Shard>,
    /// How much, and how.
    pub settings: Settings,
}

/// A program and its runs under each detector.
struct Row<'a> {
    scenario: &'a Scenario,
    variant: Variant,
    runs: Vec<Vec<Run>>,
}

/// What all jobs share.
struct Shared<'a> {
    rows: Vec<Row<'a>>,
    journal: Option<Journal>,
    /// The units that nobody has taken, the next one last.
    units: Vec<(usize, usize)>,
    /// What went wrong; then no job takes another.
    error: Option<String>,
}

/// Measures every program, or those of the shard, under all detectors. With a file, it has the results at
/// the end, and its journal (see [`Journal`]) until then; one that cannot be written is an error before
/// anything runs. What an earlier start of the same plan left in the journal is not measured again.
pub fn compare(plan: &Plan, file: Option<&Path>) -> Result<Results, String> {
    let mut results = Results::new(plan.settings.clone());
    let mut shared = Shared {
        rows: rows(plan),
        journal: None,
        units: Vec::new(),
        error: None,
    };
    if let Some(file) = file {
        let (journal, before) = Journal::open(file, &plan.settings, &results.environment)?;
        recall(&mut shared.rows, &plan.detectors, before);
        shared.journal = Some(journal);
    }
    let limit = Duration::from_secs(plan.settings.timeout_s.expect("every command has a limit"));
    let preparing = Progress::new(plan.detectors.len() as u64, 0);
    let lanes = prepare(&plan.detectors, limit, plan.settings.isolate, |name| {
        preparing.say(format!("making {name} ready"));
    });
    drop(preparing);

    let (runs, detectors) = (plan.settings.runs, plan.detectors.len() as u64);
    let before: usize = shared
        .rows
        .iter()
        .flat_map(|row| &row.runs)
        .map(Vec::len)
        .sum();
    let progress = Progress::new(shared.rows.len() as u64 * detectors * runs, before as u64);
    let units =
        (0..shared.rows.len()).flat_map(|row| (0..lanes.len()).map(move |lane| (row, lane)));
    shared.units = units.collect();
    shared.units.reverse();
    let shared = Mutex::new(shared);
    thread::scope(|s| {
        for _ in 0..plan.settings.jobs {
            s.spawn(|| work(plan, &lanes, &shared, &progress));
        }
    });
    drop(progress);

    let shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(error) = shared.error {
        return Err(error);
    }
    let unavailable = |detector: usize| {
        let lane = lanes.iter().find(|lane| lane.detectors.contains(&detector));
        lane.and_then(Lane::unavailable)
    };
    for row in &shared.rows {
        for (i, detector) in plan.detectors.iter().enumerate() {
            let made = &row.runs[i];
            let cell = cell(row.scenario, row.variant, *detector, made, unavailable(i));
            results.cells.push(cell);
        }
    }
    let results = results.with_summary();
    if let Some(file) = file {
        results.save(file)?;
        shared.journal.map_or(Ok(()), Journal::remove)?;
    }
    Ok(results)
}

/// The programs of the plan, in the order of the catalogue, without runs.
fn rows<'a>(plan: &Plan<'a>) -> Vec<Row<'a>> {
    let programs = plan
        .scenarios
        .iter()
        .flat_map(|scenario| Variant::BOTH.map(|variant| (*scenario, variant)));
    let chosen = |(i, _): &(usize, _)| plan.shard.is_none_or(|shard| shard.contains(*i));
    let row = |(_, (scenario, variant))| Row {
        scenario,
        variant,
        runs: vec![Vec::new(); plan.detectors.len()],
    };
    programs.enumerate().filter(chosen).map(row).collect()
}

/// Puts what was made before where it belongs.
fn recall(rows: &mut [Row], detectors: &[Detector], before: Vec<Entry>) {
    let columns: HashMap<_, _> = detectors.iter().map(|d| d.name()).zip(0..).collect();
    let mut places: HashMap<_, _> = HashMap::new();
    for (i, row) in rows.iter().enumerate() {
        places.insert((row.scenario.path(), row.variant.name()), i);
    }
    for entry in before {
        let place = places.get(&(entry.scenario, entry.variant.name()));
        if let (Some(row), Some(column)) = (place, columns.get(entry.detector.as_str())) {
            let runs: &mut Vec<Run> = &mut rows[*row].runs[*column];
            runs.truncate(entry.run.run as usize);
            runs.push(entry.run);
        }
    }
    // Offline detectors judge the same recordings: a run that not all of them came to judge is lost.
    let offline = |i: &usize| matches!(detectors[*i], Detector::Offline(_));
    let offline: Vec<_> = (0..detectors.len()).filter(offline).collect();
    for row in rows {
        let going_on = |i: &&usize| {
            row.runs[**i]
                .last()
                .is_none_or(|run| run.ending != Ending::Failed)
        };
        let going_on: Vec<_> = offline.iter().filter(going_on).copied().collect();
        let all = going_on.iter().map(|i| row.runs[*i].len()).min();
        for i in going_on {
            row.runs[i].truncate(all.unwrap_or(0));
        }
    }
}

/// Takes units until there are no more.
fn work(plan: &Plan, lanes: &[Lane], shared: &Mutex<Shared>, progress: &Progress) {
    let open = || -> MutexGuard<Shared> { shared.lock().unwrap_or_else(PoisonError::into_inner) };
    let stop = |error: String| {
        open().error.get_or_insert(error);
    };
    loop {
        let mut taken = open();
        if taken.error.is_some() {
            return;
        }
        let Some((row, lane)) = taken.units.pop() else {
            return;
        };
        let (scenario, variant) = (taken.rows[row].scenario, taken.rows[row].variant);
        let lane = &lanes[lane];
        let done: Vec<_> = lane
            .detectors
            .iter()
            .map(|i| taken.rows[row].runs[*i].clone())
            .collect();
        drop(taken);
        progress.say(format!("{} {}", scenario.path(), variant.name()));
        let task = Task {
            scenario,
            variant,
            schedule: plan.settings.schedule,
            seed: plan.settings.seed,
            runs: 0..plan.settings.runs,
        };
        let mut made = done.iter().map(|runs| runs.len() as u64).sum::<u64>();
        let watched = lane.watch(&task, done, |i, run| {
            let detector = lane.detectors[i];
            let mut shared = open();
            if let Some(journal) = &mut shared.journal {
                journal.add(&Entry {
                    scenario: scenario.path(),
                    variant,
                    detector: plan.detectors[detector].name().to_owned(),
                    run: run.clone(),
                })?;
            }
            shared.rows[row].runs[detector].push(run);
            made += 1;
            progress.add(1);
            Ok(())
        });
        // A cell that stopped early has no more runs to wait for.
        progress.add((task.runs.end * lane.detectors.len() as u64).saturating_sub(made));
        let synced = match &mut open().journal {
            Some(journal) if watched.is_ok() => journal.sync(),
            _ => Ok(()),
        };
        if let Err(error) = watched.and(synced) {
            stop(error);
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::detectors::peer::{self, NoVerdict, Peer, Prepared};
    use crate::detectors::{Observation, select};
    use crate::json::Status;
    use crate::process::Finished;
    use crate::schedule::Schedule;
    use std::fs;
    use std::process::Command;

    /// A tool that adds a line to a file for each run, and reports the marked pair in the even ones.
    struct Counting {
        name: &'static str,
        log: String,
    }

    impl Peer for Counting {
        fn name(&self) -> &'static str {
            self.name
        }
        fn about(&self) -> &'static str {
            "counts its runs"
        }
        fn prepare(&self) -> Result<Box<dyn Prepared>, String> {
            let log = self.log.clone();
            Ok(Box::new(Counting {
                name: self.name,
                log,
            }))
        }
    }

    impl Prepared for Counting {
        fn command(&self, task: &Task, run: u64) -> Command {
            let mut command = Command::new("sh");
            let (program, variant) = (task.scenario.path(), task.variant.name());
            let line = format!("{program} {variant} {} {run}", task.seed);
            let script = "echo \"$1\" >> \"$2\"; [ $3 = 1 ] || echo race; echo outcome: right";
            command.args([
                "-c",
                script,
                "script",
                &line,
                &self.log,
                &(run % 2).to_string(),
            ]);
            command
        }
        fn read(&self, scenario: &Scenario, output: &Finished) -> Result<Observation, NoVerdict> {
            let race = output.stdout().starts_with("race");
            Ok(Observation {
                outcome: peer::outcome(output),
                reports: race
                    .then(|| scenario.sites().map(Some))
                    .into_iter()
                    .collect(),
            })
        }
    }

    struct Absent;

    impl Peer for Absent {
        fn name(&self) -> &'static str {
            "absent"
        }
        fn about(&self) -> &'static str {
            "is not here"
        }
        fn prepare(&self) -> Result<Box<dyn Prepared>, String> {
            Err("it is not here: `apt install absent`".to_owned())
        }
    }

    struct Place {
        folder: tempfile::TempDir,
        detector: Detector,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let log = folder.path().join("log").display().to_string();
            let detector = Detector::Peer(Box::leak(Box::new(Counting {
                name: "counting",
                log,
            })));
            Place { folder, detector }
        }

        fn plan(&self, shard: Option<&str>) -> Plan<'static> {
            let settings = Settings {
                runs: 3,
                seed: 5,
                filter: None,
                detectors: vec!["counting".into()],
                schedule: Schedule::Steered,
                shard: shard.map(str::to_owned),
                timeout_s: Some(60),
                jobs: 2,
                isolate: false,
            };
            Plan {
                scenarios: catalog::ALL[..2].to_vec(),
                detectors: vec![self.detector],
                shard: shard.map(|shard| shard.parse().expect("a shard")),
                settings,
            }
        }

        fn file(&self) -> std::path::PathBuf {
            self.folder.path().join("results.json")
        }

        /// The runs that were made, sorted.
        fn made(&self) -> Vec<String> {
            let text = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        }
    }

    /// The results without what differs from run to run.
    fn lasting(mut results: Results) -> Results {
        for cell in &mut results.cells {
            (cell.median_ms, cell.peak_bytes) = (None, None);
        }
        results
    }

    #[test]
    fn every_cell_of_the_grid_is_measured_and_saved() {
        let place = Place::new();
        let results = compare(&place.plan(None), Some(&place.file())).expect("writable");
        assert_eq!((results.cells.len(), place.made().len()), (4, 12));
        for cell in &results.cells {
            assert_eq!((cell.runs, cell.status), (3, Status::Ran));
            assert_eq!(cell.hits(), 2);
            assert_eq!(
                cell.verdicts.clone().map(String::from).as_deref(),
                Some("a")
            );
        }
        assert_eq!(Results::read(&place.file()), Ok(results));
        assert!(!place.folder.path().join("results.json.partial").exists());
    }

    #[test]
    fn shards_cover_the_grid_without_overlap() {
        let (whole, parts) = (Place::new(), Place::new());
        compare(&whole.plan(None), None).expect("nothing to write");
        for shard in ["1/3", "2/3", "3/3"] {
            compare(&parts.plan(Some(shard)), None).expect("nothing to write");
        }
        assert_eq!(parts.made(), whole.made());
    }

    #[test]
    fn what_is_in_the_journal_is_not_measured_again() {
        let (whole, cut) = (Place::new(), Place::new());
        let expected = compare(&whole.plan(None), None).expect("nothing to write");
        // All of the first program's runs but the last, and the first of another's.
        let plan = cut.plan(None);
        let environment = &expected.environment;
        let (mut journal, _) =
            Journal::open(&cut.file(), &plan.settings, environment).expect("new");
        for (scenario, run) in [(0, 0), (0, 1), (1, 0)] {
            let (hit, ending) = (run % 2 == 0, Ending::Ended);
            let entry = Entry {
                scenario: catalog::ALL[scenario].path(),
                variant: Variant::Racy,
                detector: "counting".into(),
                run: Run {
                    hit,
                    ..Run::lost(run, ending, None)
                },
            };
            journal.add(&entry).expect("writable");
        }
        drop(journal);
        let results = compare(&plan, Some(&cut.file())).expect("writable");
        assert_eq!(lasting(results), lasting(expected));
        assert_eq!(cut.made().len(), 12 - 3);
    }

    #[test]
    fn what_is_not_here_is_a_row_that_says_so() {
        let place = Place::new();
        let mut plan = place.plan(None);
        plan.detectors.push(Detector::Peer(&Absent));
        let results = compare(&plan, None).expect("nothing to write");
        let absent = results
            .cells
            .iter()
            .filter(|cell| cell.detector == "absent");
        let absent: Vec<_> = absent
            .map(|cell| (cell.status, cell.reason.as_deref()))
            .collect();
        let expected = (
            Status::Unavailable,
            Some("it is not here: `apt install absent`"),
        );
        assert_eq!(absent, [expected; 4]);
    }

    #[test]
    fn a_file_that_cannot_be_written_is_an_error_before_anything_runs() {
        let place = Place::new();
        let missing = place.folder.path().join("no-such-folder/results.json");
        for file in [missing.as_path(), place.folder.path()] {
            let error = compare(&place.plan(None), Some(file)).expect_err("not a file");
            assert!(
                error.contains(": ") && error.lines().count() == 1,
                "{error}"
            );
        }
        assert!(place.made().is_empty());
    }

    #[test]
    fn a_recording_that_not_all_judged_is_lost() {
        let names = ["fidge", "oracle", "lockset"].map(str::to_owned);
        let detectors = select(&names).unwrap_or_else(|error| panic!("{error}"));
        let scenario = catalog::ALL[0];
        let entry = |detector: &str, run, ending| Entry {
            scenario: scenario.path(),
            variant: Variant::Fixed,
            detector: detector.into(),
            run: Run::lost(run, ending, None),
        };
        let recalled = |entries: Vec<Entry>| {
            let runs = vec![Vec::new(); 3];
            let mut rows = [Row {
                scenario,
                variant: Variant::Fixed,
                runs,
            }];
            recall(&mut rows, &detectors, entries);
            rows[0].runs.iter().map(Vec::len).collect::<Vec<_>>()
        };
        let (ended, failed) = (Ending::Ended, Ending::Failed);
        let judged = vec![
            entry("fidge", 0, ended),
            entry("fidge", 1, ended),
            entry("oracle", 0, ended),
            entry("lockset", 0, ended),
            entry("oracle", 1, ended),
        ];
        assert_eq!(recalled(judged), [2, 1, 1]);
        // One that failed is not waited for.
        let judged = vec![
            entry("oracle", 0, ended),
            entry("lockset", 0, failed),
            entry("oracle", 1, ended),
        ];
        assert_eq!(recalled(judged), [0, 2, 1]);
    }
}
