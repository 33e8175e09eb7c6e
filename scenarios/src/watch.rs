//! Watches runs of a program in this process: what a worker does.
//!
//! A live detector watches runs of its own. For the offline ones each run is recorded once, and each
//! of them judges that recording.

#[cfg(feature = "detect")]
use crate::detectors::offline::Recording;
use crate::detectors::{self, Detector, Live, Observation};
use crate::mark::Site;
use crate::process;
use crate::run::{Ending, Run};
use crate::scenario::{Env, Scenario, Variant};
use crate::schedule::Schedule;
use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// A program, and what to run it with.
pub struct Task<'a> {
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Which of its programs.
    pub variant: Variant,
    /// What its threads are made to do.
    pub schedule: Schedule,
    /// The seed of all runs.
    pub seed: u64,
    /// Which runs of that seed.
    pub runs: Range<u64>,
}

impl Task<'_> {
    /// What the program is given in its `run`-th run.
    pub fn env(&self, run: u64) -> Env {
        Env::measured(self.schedule, self.variant, self.seed, run)
    }
}

/// Makes the runs, all of them under each live detector first, and calls `tell` with what each came to
/// under which. A detector that comes to no verdict on a run stops there; a run that panics has crashed.
/// Stops at the first error of `tell`. Peers are not watched here.
pub fn watch<'d>(
    task: &Task,
    detectors: &[&'d Detector],
    mut tell: impl FnMut(&'d Detector, Run) -> Result<(), String>,
) -> Result<(), String> {
    let sites = (task.variant == Variant::Racy).then(|| task.scenario.sites());
    let program = task.scenario.program(task.variant);
    for detector in detectors {
        let live: &dyn Live = match detector {
            Detector::Live(live) => *live,
            Detector::Plain => &detectors::Plain,
            Detector::Offline(_) | Detector::Peer(_) => continue,
        };
        for run in task.runs.clone() {
            let (env, start) = (task.env(run), Instant::now());
            let seen = caught(|| live.watch(task.scenario.kind, &|| program(&env)));
            let made = made(run, seen, sites.as_ref(), start.elapsed());
            let (failed, peak) = (made.ending == Ending::Failed, process::own_peak());
            tell(detector, Run { peak, ..made })?;
            if failed {
                break;
            }
        }
    }
    #[cfg(feature = "detect")]
    judge_recordings(task, sites.as_ref(), detectors, tell)?;
    Ok(())
}

#[cfg(feature = "detect")]
fn judge_recordings<'d>(
    task: &Task,
    sites: Option<&[Site; 2]>,
    detectors: &[&'d Detector],
    mut tell: impl FnMut(&'d Detector, Run) -> Result<(), String>,
) -> Result<(), String> {
    let program = task.scenario.program(task.variant);
    let algorithm = |detector: &&'d Detector| match detector {
        Detector::Offline(algorithm) => Some((*detector, *algorithm)),
        _ => None,
    };
    let mut offline: Vec<_> = detectors.iter().filter_map(algorithm).collect();
    for run in task.runs.clone() {
        if offline.is_empty() {
            break;
        }
        let (env, start) = (task.env(run), Instant::now());
        let recording = caught(|| Recording::of(&|| program(&env)));
        let recorded = start.elapsed();
        let mut going_on = Vec::new();
        for (detector, algorithm) in offline {
            let start = Instant::now();
            let seen = recording
                .as_ref()
                .map_err(Loss::clone)
                .and_then(|recording| {
                    let reports = caught(|| recording.judge(algorithm, env.seed()))?;
                    let outcome = Some(recording.outcome);
                    Ok(Observation { outcome, reports })
                });
            let made = made(run, seen, sites, recorded + start.elapsed());
            if made.ending != Ending::Failed {
                going_on.push((detector, algorithm));
            }
            tell(detector, made)?;
        }
        offline = going_on;
    }
    Ok(())
}

/// Why a run has no verdict.
#[derive(Clone, Debug)]
enum Loss {
    /// The program panicked.
    Crashed(String),
    /// The detector says so.
    Failed(String),
}

fn made(
    run: u64,
    seen: Result<Observation, Loss>,
    sites: Option<&[Site; 2]>,
    took: Duration,
) -> Run {
    match seen {
        Ok(seen) => Run::judged(run, &seen, sites, took),
        Err(Loss::Crashed(why)) => Run::lost(run, Ending::Crashed, Some(why)),
        Err(Loss::Failed(why)) => Run::lost(run, Ending::Failed, Some(why)),
    }
}

fn caught<T>(f: impl FnOnce() -> Result<T, String>) -> Result<T, Loss> {
    match catch_unwind(AssertUnwindSafe(f)) {
        Ok(done) => done.map_err(Loss::Failed),
        Err(panic) => Err(Loss::Crashed(message(panic.as_ref()))),
    }
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
    use crate::catalog;
    use crate::detectors::Pair;
    use crate::mark::Source;
    use crate::scenario::Outcome;
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
        fn watch(
            &self,
            _: fidge::Kind,
            program: &dyn Fn() -> Outcome,
        ) -> Result<Observation, String> {
            let mut outcome = None;
            fidge::check(|| outcome = Some(program())); // what is found is not the test process's
            let said = self.0.lock().unwrap().remove(0);
            said.map(|reports| Observation { outcome, reports })
        }
    }

    fn scripted(script: Vec<Result<Vec<Pair>, String>>) -> Detector {
        Detector::Live(Box::leak(Box::new(Scripted(Mutex::new(script)))))
    }

    fn runs(
        scenario: &Scenario,
        variant: Variant,
        detectors: &[Detector],
        runs: Range<u64>,
    ) -> Vec<(&'static str, Run)> {
        let mut made = Vec::new();
        let task = Task {
            scenario,
            variant,
            schedule: Schedule::Free,
            seed: 1,
            runs,
        };
        watch(
            &task,
            &detectors.iter().collect::<Vec<_>>(),
            |detector, run| {
                made.push((detector.name(), run));
                Ok(())
            },
        )
        .expect("nothing stops it");
        made
    }

    fn twin(fixed: fn(&Env) -> Outcome) -> Scenario {
        Scenario {
            source: Source {
                file: file!(),
                text: "",
            },
            fixed,
            ..*catalog::ALL[0]
        }
    }

    #[test]
    fn each_run_is_told_with_what_was_seen_in_it() {
        let scenario = catalog::ALL[0];
        let [a, b] = scenario.sites();
        let hit = vec![[Some(a), Some(b)]];
        let detector = scripted(vec![Ok(hit), Ok(vec![])]);
        let made = runs(scenario, Variant::Racy, &[detector], 4..6);
        let said: Vec<_> = made.iter().map(|(_, run)| (run.run, run.hit)).collect();
        assert_eq!(said, [(4, true), (5, false)]);
        assert!(made.iter().all(|(_, run)| run.ms.is_some() && !run.stray));
    }

    #[test]
    fn a_run_without_a_verdict_is_the_last() {
        let detector = scripted(vec![Ok(vec![]), Err("no memory".into())]);
        let made = runs(catalog::ALL[0], Variant::Fixed, &[detector], 0..9);
        let endings: Vec<_> = made.iter().map(|(_, run)| run.ending).collect();
        assert_eq!(endings, [Ending::Ended, Ending::Failed]);
        assert_eq!(made[1].1.reason.as_deref(), Some("no memory"));
    }

    #[test]
    fn a_program_that_panics_has_crashed_and_is_run_again() {
        let detector = scripted(vec![Ok(vec![]); 3]);
        let scenario = twin(|_| panic!("out of luck"));
        let made = runs(&scenario, Variant::Fixed, &[detector], 0..3);
        assert_eq!(made.len(), 3);
        for (_, run) in made {
            assert_eq!(run.ending, Ending::Crashed);
            let reason = run.reason.expect("it is known");
            assert_eq!(reason, "the program panicked: out of luck");
        }
    }

    #[test]
    fn the_plain_run_reports_nothing() {
        let made = runs(catalog::ALL[0], Variant::Fixed, &[Detector::Plain], 0..2);
        assert!(
            made.len() == 2
                && made
                    .iter()
                    .all(|(name, run)| *name == "plain" && !run.stray)
        );
    }

    #[cfg(feature = "detect")]
    #[test]
    fn offline_detectors_judge_one_execution_and_a_live_one_its_own() {
        static RUNS: Mutex<u64> = Mutex::new(0);
        let scenario = twin(|env| {
            *RUNS.lock().unwrap() += 1;
            (catalog::ALL[0].fixed)(env)
        });
        let own: Vec<_> = detectors::ALL
            .iter()
            .filter(|d| matches!(d, Detector::Live(_) | Detector::Offline(_)))
            .copied()
            .collect();
        let made = runs(&scenario, Variant::Fixed, &own, 0..3);
        assert_eq!(made.len(), 3 * own.len());
        assert!(
            made.iter()
                .all(|(_, run)| run.ending == Ending::Ended && !run.wrong)
        );
        assert_eq!(*RUNS.lock().unwrap(), 3 + 3);
    }

    #[cfg(feature = "detect")]
    #[test]
    fn a_recording_that_panics_crashes_the_run_of_all_that_judge_it() {
        let scenario = twin(|_| panic!("out of luck"));
        let offline: Vec<_> = detectors::ALL
            .iter()
            .filter(|d| matches!(d, Detector::Offline(_)))
            .copied()
            .collect();
        let made = runs(&scenario, Variant::Fixed, &offline, 0..2);
        assert_eq!(made.len(), 2 * offline.len());
        assert!(made.iter().all(|(_, run)| run.ending == Ending::Crashed));
    }
}
