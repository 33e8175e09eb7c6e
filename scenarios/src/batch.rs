//! Listens to a process that makes several runs, each in a fork of its own ([`crate::forks`]).

use crate::forks::{Ended, MARK};
use crate::process::{Finished, KEPT, group};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// What a stream said from the end of one run to that of the next.
struct Chunk {
    said: Vec<u8>,
    /// `None` behind the last run: the process has ended, or the run that was under way will not.
    ended: Option<Ended>,
}

/// Starts the process and calls `tell` with each run, until that answers that there is to be no other. A run
/// that takes longer than `limit` is killed, and the process with it: it is the last. The process may also end
/// before all runs are made, or never start. An error is `tell`'s.
pub fn run(
    mut command: Command,
    limit: Duration,
    mut tell: impl FnMut(Finished) -> Result<bool, String>,
) -> Result<(), String> {
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = group::spawn(&mut command) else {
        return Ok(());
    };
    let stdout = child.stdout.take().expect("it is piped");
    let stderr = child.stderr.take().expect("it is piped");
    thread::scope(|s| {
        let (to_out, out) = mpsc::channel();
        let (to_err, err) = mpsc::channel();
        s.spawn(move || cut(stdout, &to_out));
        s.spawn(move || cut(stderr, &to_err));
        let told = loop {
            let start = Instant::now();
            let in_time = |chunks: &Receiver<Chunk>| {
                let left = limit.saturating_sub(start.elapsed());
                match chunks.recv_timeout(left) {
                    Ok(chunk) => Some(chunk),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => unreachable!("it ends with a chunk"),
                }
            };
            let (stdout, stderr) = (in_time(&out), in_time(&err));
            let hung = stdout.is_none() || stderr.is_none();
            if hung {
                group::kill(&mut child);
            }
            let rest = |chunks: &Receiver<Chunk>| chunks.recv().expect("it ends with a chunk");
            let stdout = stdout.unwrap_or_else(|| rest(&out));
            let stderr = stderr.unwrap_or_else(|| rest(&err));
            let (status, wall) = match stdout.ended {
                Some(ended) => (
                    ExitStatus::from_raw(ended.status),
                    Duration::try_from_secs_f64(ended.ms / 1e3).unwrap_or_default(),
                ),
                // Killed.
                None if hung => (ExitStatus::from_raw(9), start.elapsed()),
                None => break Ok(()),
            };
            let told = tell(Finished {
                status,
                hung,
                stdout: stdout.said,
                stderr: stderr.said,
                wall,
                // The run says so itself: of a process that was forked the system's answer has its parent's.
                peak: 0,
            });
            match told {
                Ok(true) if !hung => {}
                told => break told.map(drop),
            }
        };
        group::kill(&mut child);
        let _ = child.wait();
        told
    })
}

/// Sends what the stream says in chunks, each up to a run's end.
fn cut(stream: impl Read, chunks: &Sender<Chunk>) {
    let mut stream = BufReader::new(stream);
    let (mut said, mut line) = (Vec::new(), Vec::new());
    // A stream that breaks has ended.
    while matches!(stream.read_until(b'\n', &mut line), Ok(1..)) {
        let mark = MARK.as_bytes();
        // A run that was brought down may not have ended its line.
        let ended = line.windows(mark.len()).position(|part| part == mark);
        let more = &line[..ended.unwrap_or(line.len())];
        if said.len() + more.len() <= KEPT as usize {
            said.extend_from_slice(more);
        }
        if let Some(at) = ended {
            let ended = serde_json::from_slice(&line[at + mark.len()..]).ok();
            let said = std::mem::take(&mut said);
            let _ = chunks.send(Chunk { said, ended });
        }
        line.clear();
    }
    let _ = chunks.send(Chunk { said, ended: None });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each run came to under a shell script, in which `ended N STATUS` says that a run has ended.
    fn runs(script: &str, limit: Duration, most: usize) -> Vec<Finished> {
        let prelude = format!(
            "ended() {{ for to in 2 1; do \
             echo '{MARK}{{\"run\":'$1',\"status\":'$2',\"ms\":1.5}}' >&$to; done; }}\n"
        );
        let mut command = Command::new("sh");
        command.args(["-c", &(prelude + script)]);
        let mut made = Vec::new();
        run(command, limit, |finished| {
            made.push(finished);
            Ok(made.len() < most)
        })
        .expect("there is a shell");
        made
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_is_said_belongs_to_the_run_in_which_it_is_said() {
        let script = "echo a; echo A >&2; ended 0 0; echo b; ended 1 256; echo goodbye";
        let made = runs(script, LONG, 9);
        let said: Vec<_> = made.iter().map(|f| (f.stdout(), f.stderr())).collect();
        let said: Vec<_> = said.iter().map(|(o, e)| (o.as_str(), e.as_str())).collect();
        assert_eq!(said, [("a\n", "A\n"), ("b\n", "")]);
        let codes: Vec<_> = made.iter().map(|f| f.status.code()).collect();
        assert_eq!(codes, [Some(0), Some(1)]);
        assert_eq!(made[0].wall, Duration::from_micros(1500));
    }

    #[test]
    fn a_run_that_was_brought_down_is_told_with_what_it_said() {
        let made = runs("printf half; ended 0 11; echo whole; ended 1 0", LONG, 9);
        assert!(made[0].crashed() && made[0].stdout() == "half");
        assert!(!made[1].crashed() && made[1].stdout() == "whole\n");
    }

    #[test]
    fn a_run_that_hangs_is_the_last() {
        let limit = Duration::from_millis(300);
        let made = runs("ended 0 0; echo b; sleep 1000 & sleep 1000", limit, 9);
        assert_eq!(made.len(), 2);
        assert!(made[1].hung && !made[1].crashed() && made[1].stdout() == "b\n");
    }

    #[test]
    fn no_more_runs_are_made_than_are_wanted() {
        assert_eq!(runs("ended 0 0; ended 1 0; sleep 1000", LONG, 2).len(), 2);
    }

    #[test]
    fn a_process_that_ends_early_has_made_what_it_made() {
        assert_eq!(runs("ended 0 0; echo b; kill -9 $$", LONG, 9).len(), 1);
    }
}
