//! Runs one program under some detectors, again and again, and scores what they say.
//!
//! A run of a racy program counts as *detected* if a report's two sides are exactly the two marked
//! lines, in either order. It counts under *false reports* if anything else was reported as well;
//! so does a run of a fixed program with any report at all. Both are numbers of runs, so that both
//! are shares with an interval.
//!
//! A live detector watches runs of its own. For the offline ones each run is recorded once, and each
//! of them judges that recording.

#[cfg(feature = "detect")]
use crate::detectors::offline::Recording;
use crate::detectors::{Detector, Observation, Pair};
use crate::json::{Cell, Status};
use crate::mark::Site;
use crate::process;
use crate::scenario::{Env, Outcome, Scenario, Variant};
use crate::statistics::median;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// How long one process may take.
const LIMIT: Duration = Duration::from_secs(60);

/// What a number of runs came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Runs that were watched to their end.
    pub runs: u64,
    /// Runs whose observable outcome was wrong.
    pub manifested: u64,
    /// Runs in which the marked pair was reported.
    pub detected: u64,
    /// Runs whose outcome was wrong and in which the marked pair was not reported.
    pub missed: u64,
    /// Runs in which anything else was reported.
    pub false_reports: u64,
    /// How long each run took, detection included, in milliseconds.
    pub times: Vec<f64>,
}

impl Tally {
    /// Counts one run. `sites` are the lines that race; a fixed program has none.
    fn count(&mut self, seen: &Observation, sites: Option<&[Site; 2]>) {
        let (hits, strays): (Vec<_>, Vec<_>) = seen
            .reports
            .iter()
            .partition(|pair| sites.is_some_and(|sites| is_pair(pair, sites)));
        self.runs += 1;
        let wrong = seen.outcome == Some(Outcome::Wrong);
        self.manifested += u64::from(wrong);
        self.missed += u64::from(wrong && hits.is_empty());
        self.detected += u64::from(!hits.is_empty());
        self.false_reports += u64::from(!strays.is_empty());
    }
}

/// Whether a report names the two sites, in either order.
fn is_pair(report: &Pair, [a, b]: &[Site; 2]) -> bool {
    match report {
        [Some(x), Some(y)] => (x, y) == (a, b) || (x, y) == (b, a),
        _ => false,
    }
}

/// A detector and what it has come to.
struct Column {
    detector: Detector,
    tally: Tally,
    /// Why there are no more runs.
    stopped: Option<(Status, String)>,
}

impl Column {
    fn new(detector: Detector) -> Self {
        let why = detector.unavailable();
        Column {
            detector,
            tally: Tally::default(),
            stopped: why.map(|why| (Status::Unavailable, why.to_owned())),
        }
    }

    /// Counts a run that took so long, or stops at one without a verdict.
    fn add(
        &mut self,
        seen: Result<Observation, String>,
        sites: Option<&[Site; 2]>,
        took: Duration,
    ) {
        match seen {
            Ok(seen) => {
                self.tally.count(&seen, sites);
                self.tally.times.push(took.as_secs_f64() * 1e3);
            }
            Err(reason) => self.stopped = Some((Status::Failed, reason)),
        }
    }

    fn cell(self, scenario: &Scenario, variant: Variant) -> Cell {
        let (status, reason) = match self.stopped {
            Some((status, reason)) => (status, Some(reason)),
            None => (Status::Ran, None),
        };
        Cell {
            scenario: scenario.name.to_owned(),
            class: scenario.class.to_owned(),
            variant,
            detector: self.detector.name().to_owned(),
            status,
            reason,
            runs: self.tally.runs,
            manifested: self.tally.manifested,
            detected: self.tally.detected,
            missed: self.tally.missed,
            false_reports: self.tally.false_reports,
            rate: None,
            ci95: None,
            median_ms: median(self.tally.times),
        }
        .with_rate()
    }
}

/// Runs a variant of `scenario` under each detector, `runs` times, and calls `after_each` after each
/// verdict. A cell for each detector, in their order; one that comes to no verdict on a run stops
/// there, and its cell says why.
pub fn measure(
    scenario: &Scenario,
    variant: Variant,
    detectors: &[Detector],
    (runs, seed): (u64, u64),
    mut after_each: impl FnMut(),
) -> Vec<Cell> {
    let sites = (variant == Variant::Racy).then(|| scenario.sites());
    let sites = sites.as_ref();
    let program = scenario.program(variant);
    let mut columns: Vec<_> = detectors.iter().copied().map(Column::new).collect();
    for column in &mut columns {
        match column.detector {
            Detector::Offline(_) => {}
            Detector::Live(live) => {
                for run in 0..runs {
                    if column.stopped.is_some() {
                        break;
                    }
                    let (env, start) = (Env::new(seed, run), Instant::now());
                    let seen = caught(|| live.watch(&|| program(&env)));
                    column.add(seen, sites, start.elapsed());
                    after_each();
                }
            }
            Detector::Peer(peer) => {
                let prepared = match peer.prepare() {
                    Ok(prepared) => prepared,
                    Err(why) => {
                        column.stopped = Some((Status::Unavailable, why));
                        continue;
                    }
                };
                for run in 0..runs {
                    if column.stopped.is_some() {
                        break;
                    }
                    let command = prepared.command(scenario, variant, seed, run);
                    let ended = process::run(command, LIMIT).map_err(|error| error.to_string());
                    let took = ended.as_ref().map_or(Duration::ZERO, |ended| ended.wall);
                    let seen = ended.and_then(|ended| prepared.read(scenario, &ended));
                    column.add(seen, sites, took);
                    after_each();
                }
            }
        }
    }
    #[cfg(feature = "detect")]
    for run in 0..runs {
        let offline = columns.iter_mut().filter_map(|column| {
            let Detector::Offline(detector) = column.detector else {
                return None;
            };
            column.stopped.is_none().then_some((detector, column))
        });
        let mut offline = offline.peekable();
        if offline.peek().is_none() {
            break;
        }
        let (env, start) = (Env::new(seed, run), Instant::now());
        let recording = caught(|| Recording::of(&|| program(&env)));
        let recorded = start.elapsed();
        for (detector, column) in offline {
            let start = Instant::now();
            let seen = match &recording {
                Ok(recording) => caught(|| recording.judge(detector, env.seed())).map(|reports| {
                    let outcome = Some(recording.outcome);
                    Observation { outcome, reports }
                }),
                Err(reason) => Err(reason.clone()),
            };
            column.add(seen, sites, recorded + start.elapsed());
            after_each();
        }
    }
    let cells = columns.into_iter();
    cells.map(|column| column.cell(scenario, variant)).collect()
}

/// What `f` answers; an error, too, where it panics.
fn caught<T>(f: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| Err(message(panic.as_ref())))
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!(
        "the program panicked: {}",
        text.unwrap_or("without a message")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(line: u32) -> Site {
        Site {
            file: "x.rs".into(),
            line,
        }
    }

    fn tally(reports: Vec<Pair>, sites: Option<&[Site; 2]>) -> (u64, u64) {
        let mut tally = Tally::default();
        tally.count(
            &Observation {
                outcome: Some(Outcome::Right),
                reports,
            },
            sites,
        );
        (tally.detected, tally.false_reports)
    }

    #[test]
    fn a_report_of_the_marked_pair_detects_in_either_order() {
        let sites = [site(3), site(9)];
        assert_eq!(
            tally(vec![[Some(site(3)), Some(site(9))]], Some(&sites)),
            (1, 0)
        );
        assert_eq!(
            tally(vec![[Some(site(9)), Some(site(3))]], Some(&sites)),
            (1, 0)
        );
    }

    #[test]
    fn anything_else_that_is_reported_is_false() {
        let sites = [site(3), site(9)];
        assert_eq!(
            tally(vec![[Some(site(3)), Some(site(3))]], Some(&sites)),
            (0, 1)
        );
        assert_eq!(tally(vec![[Some(site(3)), None]], Some(&sites)), (0, 1));
        let both = vec![
            [Some(site(3)), Some(site(9))],
            [Some(site(3)), Some(site(4))],
        ];
        assert_eq!(tally(both, Some(&sites)), (1, 1));
    }

    #[test]
    fn any_report_on_a_fixed_program_is_false() {
        assert_eq!(tally(vec![[Some(site(3)), Some(site(9))]], None), (0, 1));
        assert_eq!(tally(vec![], None), (0, 0));
    }

    #[cfg(not(feature = "detect"))]
    #[test]
    fn without_detection_no_detector_is_available() {
        let scenario = crate::catalog::ALL[0];
        let all = crate::detectors::ALL;
        for cell in measure(scenario, Variant::Racy, all, (3, 1), || {}) {
            assert_eq!((cell.status, cell.runs), (Status::Unavailable, 0));
        }
    }
}

/// With detectors that can be had.
#[cfg(all(test, feature = "detect"))]
mod watched {
    use super::*;
    use crate::catalog;
    use crate::detectors::{self, Live};
    use std::sync::Mutex;

    /// Reports what it is told to, once a run.
    struct Scripted(Mutex<Vec<Result<Vec<Pair>, String>>>);

    impl Live for Scripted {
        fn name(&self) -> &'static str {
            "scripted"
        }
        fn about(&self) -> &'static str {
            "says what the test says"
        }
        fn watch(&self, program: &dyn Fn() -> Outcome) -> Result<Observation, String> {
            let mut outcome = Outcome::Right;
            fidge::check(|| outcome = program()); // what is found is not the test process's
            self.0.lock().unwrap().remove(0).map(|reports| Observation {
                outcome: Some(outcome),
                reports,
            })
        }
    }

    fn scripted(script: Vec<Result<Vec<Pair>, String>>) -> Detector {
        Detector::Live(Box::leak(Box::new(Scripted(Mutex::new(script)))))
    }

    #[test]
    fn runs_are_counted_and_their_rate_is_that_of_detection() {
        let scenario = catalog::ALL[0];
        let [a, b] = scenario.sites();
        let hit = vec![[Some(a), Some(b)]];
        let detector = scripted(vec![Ok(hit.clone()), Ok(vec![]), Ok(hit), Ok(vec![])]);
        let mut steps = 0;
        let cells = measure(scenario, Variant::Racy, &[detector], (4, 1), || steps += 1);
        let [cell] = &cells[..] else {
            panic!("one detector, one cell")
        };
        assert_eq!(
            (cell.status, cell.runs, cell.detected, cell.false_reports),
            (Status::Ran, 4, 2, 0)
        );
        assert_eq!((cell.rate, steps), (Some(0.5), 4));
        assert!(cell.median_ms.is_some());
    }

    #[test]
    fn a_run_without_a_verdict_fails_the_cell() {
        let detector = scripted(vec![Ok(vec![]), Err("no memory".into())]);
        let fixed = Variant::Fixed;
        let cell = measure(catalog::ALL[0], fixed, &[detector], (9, 1), || {}).remove(0);
        assert_eq!((cell.status, cell.runs), (Status::Failed, 1));
        assert_eq!(cell.reason.as_deref(), Some("no memory"));
    }

    #[test]
    fn offline_detectors_judge_one_execution_and_a_live_one_its_own() {
        static RUNS: Mutex<u64> = Mutex::new(0);
        fn counted(env: &Env) -> Outcome {
            *RUNS.lock().unwrap() += 1;
            (catalog::ALL[0].fixed)(env)
        }
        let scenario = Scenario {
            source: crate::mark::Source {
                file: file!(),
                text: "",
            },
            fixed: counted,
            ..*catalog::ALL[0]
        };
        let cells = measure(&scenario, Variant::Fixed, detectors::ALL, (3, 1), || {});
        assert!(cells.iter().all(|c| c.runs == 3 && c.manifested == 0));
        assert_eq!(cells.len(), detectors::ALL.len());
        assert_eq!(*RUNS.lock().unwrap(), 3 + 3);
    }

    #[test]
    fn a_program_that_panics_fails_every_cell() {
        let scenario = Scenario {
            source: crate::mark::Source {
                file: file!(),
                text: "",
            },
            fixed: |_| panic!("out of luck"),
            ..*catalog::ALL[0]
        };
        for cell in measure(&scenario, Variant::Fixed, detectors::ALL, (3, 1), || {}) {
            assert_eq!((cell.status, cell.runs), (Status::Failed, 0));
            let reason = cell.reason.expect("it failed");
            assert_eq!(reason, "the program panicked: out of luck");
        }
    }
}
