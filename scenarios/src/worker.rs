//! Runs in a process of their own, which tells as it goes: a line of JSON for each run and detector.
//!
//! The process is this program again, with the hidden subcommand `work`. Whatever a program of the
//! catalogue does to it, the runner stays whole, and small: a crash, an abort or a hang costs the run
//! that it happens in, and the next process goes on behind it.

use crate::process::group;
use crate::run::{Ending, Run, stopped};
use crate::watch::Task;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// How much of what a worker says on standard error is kept, as the reason of its end.
const KEPT: u64 = 64 << 10;

/// What a worker says, a line each.
#[derive(Debug, Serialize, Deserialize)]
pub struct Line {
    /// Name of the detector.
    pub detector: String,
    /// What the run came to under it.
    #[serde(flatten)]
    pub run: Run,
}

/// How to have programs watched.
pub struct Worker {
    /// This program, in the form that the detectors need.
    pub program: PathBuf,
    /// The names of the detectors.
    pub detectors: Vec<&'static str>,
    /// How long it may take from one line to the next.
    pub limit: Duration,
    /// Whether each run gets a process.
    pub isolate: bool,
}

impl Worker {
    /// Makes the runs of `task` that are not in `done`, which has a list for each detector, and calls
    /// `tell` with each new one and the index of its detector. A detector stops where [`stopped`] says so.
    /// An error is `tell`'s.
    pub fn watch(
        &self,
        task: &Task,
        mut done: Vec<Vec<Run>>,
        mut tell: impl FnMut(usize, Run) -> Result<(), String>,
    ) -> Result<(), String> {
        loop {
            let active: Vec<_> = (0..self.detectors.len())
                .filter(|i| (done[*i].len() as u64) < task.runs.end && stopped(&done[*i]).is_none())
                .collect();
            let Some(next) = active.iter().map(|i| done[*i].len() as u64).min() else {
                return Ok(());
            };
            let end = if self.isolate {
                next + 1
            } else {
                task.runs.end
            };
            let exit = listen(self.command(task, &active, next, end), self.limit, |line| {
                let is_it = |i: &&usize| self.detectors[**i] == line.detector;
                if let Some(i) = active.iter().find(is_it) {
                    done[*i].push(line.run.clone());
                    tell(*i, line.run)?;
                }
                Ok(())
            })?;
            // Where it got to the end of its runs, how it left does not matter. Where it did not, the
            // run that was under way is lost, for all that have not judged it yet.
            let waiting =
                |i: &&usize| (done[**i].len() as u64) < end && stopped(&done[**i]).is_none();
            let waiting: Vec<_> = active.iter().filter(waiting).copied().collect();
            let under_way = waiting.iter().map(|i| done[*i].len()).min();
            for i in waiting {
                if Some(done[i].len()) == under_way {
                    let (ending, reason) = exit.loss();
                    let run = Run::lost(done[i].len() as u64, ending, Some(reason));
                    done[i].push(run.clone());
                    tell(i, run)?;
                }
            }
        }
    }

    fn command(&self, task: &Task, active: &[usize], from: u64, to: u64) -> Command {
        let names: Vec<_> = active.iter().map(|i| self.detectors[*i]).collect();
        let mut command = Command::new(&self.program);
        command.args(["work", &task.scenario.path(), task.variant.name()]);
        command.args(["--detectors", &names.join(",")]);
        command.args(["--schedule", task.schedule.name()]);
        command.args(["--seed", &task.seed.to_string()]);
        command.args(["--from", &from.to_string(), "--to", &to.to_string()]);
        command
    }
}

/// How a worker went.
enum Exit {
    /// By itself or by a signal, with this last line on standard error.
    Ended(ExitStatus, String),
    /// It said nothing for so long that it was killed.
    Hung(Duration),
    /// It never came.
    Absent(String),
}

impl Exit {
    /// What became of a run that was under way.
    fn loss(&self) -> (Ending, String) {
        match self {
            Exit::Hung(limit) => {
                let seconds = limit.as_secs_f64();
                (Ending::Hung, format!("it did not end within {seconds} s"))
            }
            Exit::Absent(why) => (Ending::Failed, why.clone()),
            // Bad input, or an early end: it is the worker's fault and not the program's.
            Exit::Ended(status, said) if matches!(status.code(), Some(0 | 2)) => {
                let said = said.strip_prefix("error: ").unwrap_or(said);
                (Ending::Failed, format!("the worker gave up: {said}"))
            }
            Exit::Ended(status, said) if said.is_empty() => (Ending::Crashed, status.to_string()),
            Exit::Ended(status, said) => (Ending::Crashed, format!("{status}: {said}")),
        }
    }
}

/// Starts a worker, calls `tell` with each line, and waits for its end, or kills it when it has said
/// nothing for `limit`. An error is `tell`'s.
fn listen(
    mut command: Command,
    limit: Duration,
    mut tell: impl FnMut(Line) -> Result<(), String>,
) -> Result<Exit, String> {
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match group::spawn(&mut command) {
        Ok(child) => child,
        Err(error) => {
            let program = command.get_program().to_string_lossy().into_owned();
            return Ok(Exit::Absent(format!("{program}: {error}")));
        }
    };
    let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut stderr = child.stderr.take().expect("it is piped");
    thread::scope(|s| {
        let (sender, lines) = mpsc::channel();
        s.spawn(move || {
            let mut lines = stdout.lines().map_while(Result::ok);
            lines.try_for_each(|line| sender.send(line))
        });
        let said = s.spawn(move || {
            let mut said = Vec::new();
            let _ = stderr.by_ref().take(KEPT).read_to_end(&mut said);
            let _ = std::io::copy(&mut stderr, &mut std::io::sink());
            let said = String::from_utf8_lossy(&said).into_owned();
            said.lines()
                .map(str::trim)
                .rfind(|line| !line.is_empty())
                .unwrap_or("")
                .to_owned()
        });
        let heard = loop {
            match lines.recv_timeout(limit) {
                Ok(text) => {
                    // What is none of ours the program has printed, or a crash has cut off.
                    if let Ok(line) = serde_json::from_str(&text)
                        && let Err(error) = tell(line)
                    {
                        break Err(error);
                    }
                }
                Err(RecvTimeoutError::Timeout) => break Ok(true),
                Err(RecvTimeoutError::Disconnected) => break Ok(false),
            }
        };
        drop(lines);
        let hung = match heard {
            Ok(false) => group::await_end(&mut child, limit),
            _ => {
                group::kill(&mut child);
                Ok(true)
            }
        };
        let status = child.wait();
        let said = said.join().expect("it does not panic");
        heard?;
        match (hung, status) {
            (Ok(true), _) => Ok(Exit::Hung(limit)),
            (Ok(false), Ok(status)) => Ok(Exit::Ended(status, said)),
            (Err(error), _) | (_, Err(error)) => {
                Err(format!("a worker cannot be waited for: {error}"))
            }
        }
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::scenario::Variant;
    use crate::schedule::Schedule;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    /// A worker that is a shell script, in which `line D N` is the line for run N of detector D, `$from` and
    /// `$to` say which runs are asked for, and `$names` under which detectors.
    fn worker(folder: &Path, script: &str, detectors: &[&'static str]) -> Worker {
        let program = folder.join("worker");
        let prelude = "#!/bin/sh\nnames=$5; from=${11}; to=${13}\n\
            line() { echo '{\"detector\":\"'$1'\",\"run\":'$2',\"ending\":\"ended\",\
            \"wrong\":false,\"hit\":true,\"stray\":false}'; }\n";
        fs::write(&program, format!("{prelude}{script}\n")).expect("writable");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is ours");
        Worker {
            program,
            detectors: detectors.to_vec(),
            limit: Duration::from_secs(60),
            isolate: false,
        }
    }

    /// The endings of each detector's runs, by first letter, and what was said of the lost ones.
    fn watch(worker: &Worker, done: Vec<Vec<Run>>, runs: u64) -> (Vec<String>, Vec<String>) {
        let mut endings = vec![String::new(); worker.detectors.len()];
        let mut reasons = Vec::new();
        for (i, done) in done.iter().enumerate() {
            endings[i] = "-".repeat(done.len());
        }
        let task = Task {
            scenario: catalog::ALL[0],
            variant: Variant::Racy,
            schedule: Schedule::Steered,
            seed: 1,
            runs: 0..runs,
        };
        worker
            .watch(&task, done, |i, run| {
                assert_eq!(run.run, endings[i].len() as u64, "runs come in their order");
                endings[i].push(
                    format!("{:?}", run.ending)
                        .chars()
                        .next()
                        .expect("a letter"),
                );
                reasons.extend(run.reason);
                Ok(())
            })
            .expect("nothing stops it");
        (endings, reasons)
    }

    /// Every run, in their order; before run 1, what `$trouble` says.
    const ALL: &str = "while [ $from -lt $to ]; do \
        [ $from = 1 ] && eval \"$trouble\"; line a $from; from=$((from+1)); done";

    #[test]
    fn a_crash_costs_the_run_it_happens_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = format!("trouble='echo ouch >&2; kill -SEGV $$'; {ALL}");
        let (endings, reasons) = watch(&worker(folder.path(), &script, &["a"]), vec![vec![]], 4);
        assert_eq!(endings, ["ECEE"]);
        assert!(
            reasons.len() == 1
                && reasons[0].contains("signal: 11")
                && reasons[0].ends_with(": ouch"),
            "{reasons:?}"
        );
    }

    #[test]
    fn an_abort_in_a_run_of_its_own_is_a_crash_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = format!("[ $((to-from)) = 1 ] || exit 2; trouble='kill -ABRT $$'; {ALL}");
        let mut worker = worker(folder.path(), &script, &["a"]);
        worker.isolate = true;
        assert_eq!(watch(&worker, vec![vec![]], 3).0, ["ECE"]);
    }

    #[test]
    fn a_hang_is_killed_and_costs_the_run_it_happens_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = format!("trouble='sleep 1000'; {ALL}");
        let mut worker = worker(folder.path(), &script, &["a"]);
        worker.limit = Duration::from_secs(2);
        let (endings, reasons) = watch(&worker, vec![vec![]], 3);
        assert_eq!(
            (endings, reasons),
            (vec!["EHE".into()], vec!["it did not end within 2 s".into()])
        );
    }

    #[test]
    fn what_hangs_again_and_again_is_given_up() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut worker = worker(folder.path(), "sleep 1000", &["a"]);
        worker.limit = Duration::from_millis(100);
        assert_eq!(watch(&worker, vec![vec![]], 9).0, ["HHH"]);
    }

    #[test]
    fn a_crash_costs_those_that_had_not_judged_the_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = "[ $from = 0 ] && line a 0 && line b 0 && line a 1 && kill -ABRT $$; \
            [ $from = 2 ] && line a 2 && line b 2";
        let worker = worker(folder.path(), script, &["a", "b"]);
        assert_eq!(watch(&worker, vec![vec![], vec![]], 3).0, ["EEE", "ECE"]);
    }

    #[test]
    fn what_a_program_prints_is_not_listened_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = format!("echo hello; printf '{{\"detector\":\"a\",'; echo; {ALL}");
        assert_eq!(
            watch(&worker(folder.path(), &script, &["a"]), vec![vec![]], 2).0,
            ["EE"]
        );
    }

    #[test]
    fn only_what_is_not_done_is_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let script = "[ $from,$to,$names = 2,3,b ] && line b 2";
        let worker = worker(folder.path(), script, &["a", "b"]);
        let run = |run| Run::lost(run, Ending::Ended, None);
        let done = vec![(0..3).map(run).collect(), (0..2).map(run).collect()];
        assert_eq!(watch(&worker, done, 3).0, ["---", "--E"]);
    }

    #[test]
    fn a_worker_that_gives_up_fails_the_cell() {
        let folder = tempfile::tempdir().expect("a folder");
        let refusing = worker(
            folder.path(),
            "echo error: no such scenario >&2; exit 2",
            &["a"],
        );
        let (endings, reasons) = watch(&refusing, vec![vec![]], 3);
        assert_eq!(
            (endings, reasons),
            (
                vec!["F".into()],
                vec!["the worker gave up: no such scenario".into()]
            )
        );
        let early = worker(folder.path(), "line a 0", &["a"]);
        assert_eq!(watch(&early, vec![vec![]], 3).0, ["EF"]);
        let absent = Worker {
            program: "./nonesuch".into(),
            ..early
        };
        assert_eq!(watch(&absent, vec![vec![]], 3).0, ["F"]);
    }
}
