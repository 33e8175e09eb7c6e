//! Runs a process to its end, or to the end of its time, and says what that took.

use std::io::{self, Read};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use wait4::Wait4;

/// How much of each output stream is kept; what comes after is read and dropped, so that the process
/// never waits for a reader.
pub const KEPT: u64 = 16 << 20;

/// A process that has ended.
#[derive(Debug)]
pub struct Finished {
    /// What it answered; after a time-out, that it was killed.
    pub status: ExitStatus,
    /// Whether its time ran out. Its output is what came until then.
    pub hung: bool,
    /// The first 16 MiB of its standard output.
    pub stdout: Vec<u8>,
    /// The first 16 MiB of its standard error.
    pub stderr: Vec<u8>,
    /// From its start to its end, in and out of the program.
    pub wall: Duration,
    /// The most memory it had resident at a time, in bytes. Of a process that itself started others,
    /// the largest that it waited for, if that is larger.
    pub peak: u64,
}

impl Finished {
    /// Standard output as text, a replacement character for each byte that is none.
    pub fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text, likewise.
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Whether it was brought down: by a signal that was not the runner's, such as an abort.
    pub fn crashed(&self) -> bool {
        !self.hung && self.status.code().is_none()
    }
}

/// Runs `command`, which gets no input, for at most `limit`. When the time is up it is killed, and
/// with it everything it has started. An error says why it could not be started.
pub fn run(mut command: Command, limit: Duration) -> io::Result<Finished> {
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = group::spawn(&mut command)?;
    let stdout = child.stdout.take().expect("it is piped");
    let stderr = child.stderr.take().expect("it is piped");
    thread::scope(|s| {
        let stdout = s.spawn(|| drain(stdout));
        let stderr = s.spawn(|| drain(stderr));
        let hung = group::await_end(&mut child, limit);
        let wall = start.elapsed();
        let used = child.wait4()?;
        Ok(Finished {
            status: used.status,
            hung: hung?,
            stdout: stdout.join().expect("it does not panic"),
            stderr: stderr.join().expect("it does not panic"),
            wall,
            peak: used.rusage.maxrss,
        })
    })
}

/// The most memory that this process has had resident since its program was started, in bytes. Known on Linux.
///
/// What the kernel says of an ended child ([`Finished::peak`]) is no less than what its parent had
/// when it started it, so a small program is better asked itself.
pub fn own_peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Has the system kill this process when the one that started it is gone, where it can do that.
pub fn end_with_parent() {
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

/// Runs a tool that makes something ready, however long that takes, and answers what it said. It dies with the
/// runner as a measured process does; a compiler that it has started may yet end its crate.
pub fn build(command: &mut Command) -> io::Result<Output> {
    #[cfg(all(target_os = "linux", not(miri)))]
    {
        use std::os::unix::process::CommandExt;
        // SAFETY: it is a system call, and touches no memory.
        unsafe {
            command.pre_exec(|| {
                end_with_parent();
                Ok(())
            });
        }
    }
    command.stdin(Stdio::null()).output()
}

/// Reads to the end, and keeps the beginning. A stream that breaks has ended.
fn drain(mut stream: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let _ = stream.by_ref().take(KEPT).read_to_end(&mut kept);
    let _ = io::copy(&mut stream, &mut io::sink());
    kept
}

/// Processes that are killed with all that they have started.
#[cfg(unix)]
pub mod group {
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
    use std::io;
    use std::os::unix::process::CommandExt;
    use std::process::{Child, Command};
    use std::sync::mpsc::{self, RecvTimeoutError};
    use std::thread;
    use std::time::Duration;

    /// Starts a process, and a group that is it and what it starts.
    pub fn spawn(command: &mut Command) -> io::Result<Child> {
        command.process_group(0).spawn()
    }

    /// Waits until the process has ended, kills what is left of its group, and answers whether that was
    /// because the time was up. The process is left to be waited for, so its number is still its own.
    pub fn await_end(child: &mut Child, limit: Duration) -> io::Result<bool> {
        let pid = Pid::from_child(child);
        let (ended, watch) = mpsc::channel::<()>();
        let hung = thread::scope(|s| {
            let watchdog = s.spawn(move || {
                let hung = watch.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
                if hung {
                    let _ = kill_process_group(pid, Signal::KILL);
                }
                hung
            });
            let waited = loop {
                let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
                match waitid(WaitId::Pid(pid), options) {
                    Err(rustix::io::Errno::INTR) => {}
                    waited => break waited,
                }
            };
            drop(ended);
            let hung = watchdog.join().expect("it does not panic");
            waited.map(|_| hung)
        });
        kill(child);
        Ok(hung?)
    }

    /// Kills what there still is of the group. The process must not have been waited for.
    pub fn kill(child: &mut Child) {
        let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    }
}

/// Processes that are killed; what they have started is not.
#[cfg(not(unix))]
pub mod group {
    use std::io;
    use std::process::{Child, Command};
    use std::thread;
    use std::time::{Duration, Instant};

    pub fn spawn(command: &mut Command) -> io::Result<Child> {
        command.spawn()
    }

    /// Waits until the process has ended or its time is up; then it is killed. Answers which.
    pub fn await_end(child: &mut Child, limit: Duration) -> io::Result<bool> {
        let start = Instant::now();
        while child.try_wait()?.is_none() {
            if start.elapsed() > limit {
                child.kill()?;
                return Ok(true);
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(false)
    }

    /// Kills the process.
    pub fn kill(child: &mut Child) {
        let _ = child.kill();
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Finished {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, limit).expect("there is a shell")
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_a_process_says_and_answers_is_kept() {
        let ended = shell("echo out; echo err >&2; exit 3", LONG);
        assert_eq!(
            (ended.stdout().as_str(), ended.stderr().as_str()),
            ("out\n", "err\n")
        );
        assert_eq!(ended.status.code(), Some(3));
        assert!(!ended.hung && !ended.crashed() && ended.peak > 0);
    }

    #[test]
    fn an_abort_is_a_crash() {
        let ended = shell("kill -ABRT $$", LONG);
        assert!(ended.crashed() && !ended.hung);
    }

    #[test]
    fn what_hangs_is_killed_with_all_it_started() {
        let ended = shell(
            "echo begun; sleep 1000 & sleep 1000",
            Duration::from_millis(300),
        );
        assert!(ended.hung && !ended.crashed());
        assert_eq!(ended.stdout(), "begun\n");
    }

    #[test]
    fn what_outlives_the_process_holds_nothing_up() {
        let ended = shell("sleep 1000 & echo done", LONG);
        assert!(!ended.hung);
        assert_eq!(ended.stdout(), "done\n");
    }

    #[test]
    fn more_output_than_is_kept_is_read_all_the_same() {
        let ended = shell("head -c 20000000 /dev/zero", LONG);
        assert_eq!(
            (ended.status.code(), ended.stdout.len() as u64),
            (Some(0), KEPT)
        );
    }

    #[test]
    fn what_cannot_be_started_is_an_error() {
        assert!(run(Command::new("./nonesuch"), LONG).is_err());
    }
}
