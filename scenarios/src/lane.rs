//! How to have a program watched, once its detectors are ready: in a worker, or by a peer.

#[cfg(unix)]
use crate::batch;
use crate::detectors::build::build;
use crate::detectors::peer::{self, NoVerdict, Prepared};
use crate::detectors::{Detector, PLAIN};
use crate::process::{self, Finished};
use crate::run::{Ending, Run, stopped};
use crate::scenario::Variant;
use crate::watch::Task;
use crate::worker::Worker;
use std::time::Duration;

/// Detectors that go through the programs together. Only the offline ones are several: they judge the
/// same recordings.
pub struct Lane {
    /// Which, by index in the comparison.
    pub detectors: Vec<usize>,
    how: How,
}

enum How {
    Worker(Worker),
    Peer {
        prepared: Box<dyn Prepared>,
        limit: Duration,
        isolate: bool,
    },
    Unavailable(String),
}

/// Makes the detectors ready, those that have to be built too, which may take minutes; `about_to` is
/// called with the name of each such before. What cannot be had is a lane that says so.
pub fn prepare(
    detectors: &[Detector],
    limit: Duration,
    isolate: bool,
    mut about_to: impl FnMut(&str),
) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    let mut offline = None;
    for (i, detector) in detectors.iter().enumerate() {
        if let (Detector::Offline(_), Some(lane)) = (detector, offline) {
            let lane: &mut Lane = &mut lanes[lane];
            lane.detectors.push(i);
            if let How::Worker(worker) = &mut lane.how {
                worker.detectors.push(detector.name());
            }
            continue;
        }
        let here = || std::env::current_exe().map_err(|error| error.to_string());
        let worker = |program| {
            How::Worker(Worker {
                program,
                detectors: vec![detector.name()],
                limit,
                isolate,
            })
        };
        let how = match (detector.unavailable(), detector) {
            (Some(why), _) => Err(why.to_owned()),
            (None, Detector::Live(_)) => here().map(worker),
            (None, Detector::Offline(_)) => {
                offline = Some(lanes.len());
                here().map(worker)
            }
            (None, Detector::Plain) if !cfg!(feature = "detect") => here().map(worker),
            (None, Detector::Plain) => {
                about_to(detector.name());
                build(PLAIN, &[], &[]).map(worker)
            }
            (None, Detector::Peer(peer)) => {
                about_to(detector.name());
                peer.prepare().map(|prepared| How::Peer {
                    prepared,
                    limit,
                    isolate,
                })
            }
        };
        lanes.push(Lane {
            detectors: vec![i],
            how: how.unwrap_or_else(How::Unavailable),
        });
    }
    lanes
}

impl Lane {
    /// Why there are no runs; `None` if there are.
    pub fn unavailable(&self) -> Option<&str> {
        match &self.how {
            How::Unavailable(why) => Some(why),
            _ => None,
        }
    }

    /// Makes the runs of `task` that are not in `done`, which has a list for each of the lane's detectors,
    /// and calls `tell` with each new one and where in that list it belongs. An error is `tell`'s.
    pub fn watch(
        &self,
        task: &Task,
        done: Vec<Vec<Run>>,
        mut tell: impl FnMut(usize, Run) -> Result<(), String>,
    ) -> Result<(), String> {
        match &self.how {
            How::Unavailable(_) => Ok(()),
            How::Worker(worker) => worker.watch(task, done, tell),
            How::Peer {
                prepared,
                limit,
                isolate,
            } => {
                let prepared = prepared.as_ref();
                let mut runs = done.into_iter().next().unwrap_or_default();
                let end = if prepared.repeats() { 1 } else { task.runs.end };
                let open = |runs: &[Run]| (runs.len() as u64) < end && stopped(runs).is_none();
                while open(&runs) {
                    let next = runs.len();
                    #[cfg(unix)]
                    if prepared.forks() && !isolate {
                        let mut command = prepared.command(task, next as u64);
                        command.args(["--to", &end.to_string()]);
                        batch::run(command, *limit, |ended| {
                            let run = judge(prepared, task, runs.len() as u64, &ended, *limit);
                            runs.push(run.clone());
                            tell(0, run)?;
                            Ok(open(&runs))
                        })?;
                    }
                    // Where that did not get anywhere, the run is tried by itself, and the rest again together.
                    if runs.len() == next {
                        let run = one(prepared, task, next as u64, *limit);
                        runs.push(run.clone());
                        tell(0, run)?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// One run under a peer, in a process that was started for it.
fn one(prepared: &dyn Prepared, task: &Task, run: u64, limit: Duration) -> Run {
    let command = prepared.command(task, run);
    let program = command.get_program().to_string_lossy().into_owned();
    match process::run(command, limit) {
        Ok(ended) => judge(prepared, task, run, &ended, limit),
        Err(error) => Run::lost(run, Ending::Failed, Some(format!("{program}: {error}"))),
    }
}

/// What a run under a peer came to.
fn judge(prepared: &dyn Prepared, task: &Task, run: u64, ended: &Finished, limit: Duration) -> Run {
    let lost = |ending| {
        let said = ended.stderr();
        let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
        let reason = match (ending, last) {
            (Ending::Hung, _) => format!("it did not end within {} s", limit.as_secs_f64()),
            (_, Some(last)) => format!("{}: {last}", ended.status),
            (_, None) => ended.status.to_string(),
        };
        Run::lost(run, ending, Some(reason))
    };
    let seen = prepared.read(task.scenario, ended);
    let sites = (task.variant == Variant::Racy).then(|| task.scenario.sites());
    let silent = seen
        .as_ref()
        .is_ok_and(|seen| seen.outcome.is_none() && seen.reports.is_empty());
    let ending = match &seen {
        _ if ended.hung => Ending::Hung,
        _ if ended.crashed() || silent => Ending::Crashed,
        Ok(_) => Ending::Ended,
        Err(NoVerdict::Unavailable(_)) => Ending::Unavailable,
        Err(NoVerdict::Failed(_)) => Ending::Failed,
    };
    let judged = seen.as_ref().map(|seen| {
        let took = peer::took(ended).unwrap_or(ended.wall);
        Run::judged(run, seen, sites.as_ref(), took)
    });
    let peak = peer::peak(ended).or((ended.peak > 0).then_some(ended.peak));
    match (judged, ending) {
        (Ok(judged), Ending::Ended) => Run { peak, ..judged },
        // What was reported before the end counts, the time does not.
        (Ok(judged), _) => Run {
            wrong: judged.wrong,
            hit: judged.hit,
            stray: judged.stray,
            ..lost(ending)
        },
        (Err(_), Ending::Crashed | Ending::Hung) => lost(ending),
        (Err(NoVerdict::Unavailable(why) | NoVerdict::Failed(why)), _) => {
            Run::lost(run, ending, Some(why.clone()))
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::detectors::Observation;
    use crate::scenario::Scenario;
    use crate::schedule::Schedule;
    use std::process::Command;

    /// A tool that is a shell script, and reports the marked pair where that says `race`.
    #[derive(Clone, Copy)]
    struct Script {
        text: &'static str,
        forks: bool,
        repeats: bool,
    }

    impl Prepared for Script {
        fn command(&self, task: &Task, run: u64) -> Command {
            let mut command = Command::new("sh");
            let [seed, run] = [task.seed, run].map(|n| n.to_string());
            command.args(["-c", self.text, "script", &seed, &run]);
            command
        }

        fn forks(&self) -> bool {
            self.forks
        }

        fn repeats(&self) -> bool {
            self.repeats
        }

        fn read(&self, scenario: &Scenario, output: &Finished) -> Result<Observation, NoVerdict> {
            let said = output.stdout();
            if said.contains("gibberish") {
                return Err("what it says is gibberish".to_owned().into());
            }
            if said.contains("no way") {
                return Err(NoVerdict::Unavailable("it needs a net".to_owned()));
            }
            let pair = scenario.sites().map(Some);
            Ok(Observation {
                outcome: peer::outcome(output),
                reports: said
                    .lines()
                    .filter(|line| *line == "race")
                    .map(|_| pair.clone())
                    .collect(),
            })
        }
    }

    fn runs(text: &'static str, limit: Duration) -> Vec<Run> {
        let alone = Script {
            text,
            forks: false,
            repeats: false,
        };
        runs_of(alone, limit)
    }

    fn runs_of(script: Script, limit: Duration) -> Vec<Run> {
        let lane = Lane {
            detectors: vec![0],
            how: How::Peer {
                prepared: Box::new(script),
                limit,
                isolate: false,
            },
        };
        let task = Task {
            scenario: catalog::ALL[0],
            variant: Variant::Racy,
            schedule: Schedule::Steered,
            seed: 7,
            runs: 0..4,
        };
        let mut runs = Vec::new();
        lane.watch(&task, vec![Vec::new()], |_, run| {
            runs.push(run);
            Ok(())
        })
        .expect("nothing stops it");
        runs
    }

    const LONG: Duration = Duration::from_secs(60);

    /// Run `$2` alone, or with `--to` up to two of the runs from there, in one process.
    const TWO_AT_A_TIME: &str = "say() { echo race; echo took: $1 ms; echo outcome: wrong; }
        [ -z \"$4\" ] && { say 7; exit; }
        [ $2 = 2 ] && exit 3
        for run in $2 $(($2 + 1)); do
            say $run
            for to in 2 1; do
                echo 'fidge-scenarios: a run has ended: {\"run\":'$run',\"status\":0,\"ms\":9}' >&$to
            done
        done";

    #[test]
    fn where_a_process_that_forks_gets_nowhere_a_run_is_made_alone() {
        let script = Script {
            text: TWO_AT_A_TIME,
            forks: true,
            repeats: false,
        };
        let runs = runs_of(script, LONG);
        assert!(runs.iter().all(|run| run.hit && run.wrong));
        let took: Vec<_> = runs.iter().map(|run| run.ms.unwrap_or(0.0)).collect();
        assert_eq!(took, [0.0, 1.0, 7.0, 3.0]);
    }

    #[test]
    fn what_repeats_itself_is_asked_once() {
        let script = Script {
            text: "echo race; echo outcome: right",
            forks: false,
            repeats: true,
        };
        assert_eq!(runs_of(script, LONG).len(), 1);
    }

    #[test]
    fn each_run_is_a_process_with_its_seed() {
        let runs = runs(
            "[ $1,$2 = 7,2 ] && echo race; echo took: 1.5 ms; echo outcome: wrong",
            LONG,
        );
        let hits: Vec<_> = runs.iter().map(|run| run.hit).collect();
        assert_eq!(hits, [false, false, true, false]);
        assert!(
            runs.iter()
                .all(|run| run.wrong && run.ms == Some(1.5) && run.peak > Some(0))
        );
    }

    #[test]
    fn a_signal_is_a_crash_and_what_was_reported_before_counts() {
        let runs = runs("echo race; echo boom >&2; kill -SEGV $$", LONG);
        assert_eq!(runs.len(), 4);
        assert!(
            runs.iter()
                .all(|run| run.ending == Ending::Crashed && run.hit && run.ms.is_none())
        );
        let reason = runs[0].reason.as_deref().expect("it is known");
        assert!(
            reason.contains("signal: 11") && reason.ends_with(": boom"),
            "{reason}"
        );
    }

    #[test]
    fn a_program_that_says_nothing_has_crashed_unless_the_tool_stopped_it() {
        assert!(
            runs("exit 101", LONG)
                .iter()
                .all(|run| run.ending == Ending::Crashed)
        );
        let stopped = runs("echo race; exit 66", LONG);
        assert!(
            stopped
                .iter()
                .all(|run| run.ending == Ending::Ended && run.hit && !run.wrong)
        );
    }

    #[test]
    fn what_hangs_is_killed_and_given_up_in_the_end() {
        let runs = runs("echo race; sleep 1000", Duration::from_millis(200));
        assert_eq!(runs.len(), crate::run::PATIENCE);
        assert!(runs.iter().all(|run| run.ending == Ending::Hung && run.hit));
    }

    #[test]
    fn what_cannot_be_read_fails_the_cell() {
        let runs = runs("echo gibberish", LONG);
        assert_eq!((runs.len(), runs[0].ending), (1, Ending::Failed));
        assert_eq!(runs[0].reason.as_deref(), Some("what it says is gibberish"));
    }

    #[test]
    fn what_is_not_for_the_tool_is_tried_once() {
        let runs = runs("echo no way", LONG);
        assert_eq!((runs.len(), runs[0].ending), (1, Ending::Unavailable));
        assert_eq!(runs[0].reason.as_deref(), Some("it needs a net"));
    }
}
