//! A process that forks one for each run, so that its start is paid for once.
//!
//! Under Valgrind a start takes a second and most programs of the catalogue milliseconds. The process is not
//! less a run's own for being forked: it has this program as it was before `main` did anything, its own
//! threads, its own detector, and may crash. Whoever listens ([`crate::batch`]) can tell what belongs to which
//! run by a line on both streams, behind what each of them said.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What the line begins with; the rest is [`Ended`].
pub const MARK: &str = "fidge-scenarios: a run has ended: ";

/// What became of a forked process.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ended {
    /// Which run.
    pub run: u64,
    /// What the system says of its end.
    pub status: i32,
    /// How long it took, in milliseconds.
    pub ms: f64,
}

/// Forks a process for each run, one at a time. Answers `Some` in those, with the run to make, and `None` here
/// when all have ended. There must be no other thread.
#[cfg(unix)]
pub fn each(runs: Range<u64>) -> Result<Option<u64>, String> {
    use crate::{output, process};
    use rustix::process::{Pid, WaitOptions, waitpid};
    use std::time::Instant;

    for run in runs {
        let start = Instant::now();
        // SAFETY: there are no other threads, so whatever they could have been in the midst of is whole.
        let pid = match unsafe { libc::fork() } {
            0 => {
                process::end_with_parent();
                return Ok(Some(run));
            }
            pid => Pid::from_raw(pid.max(0)),
        };
        let pid = pid.ok_or_else(|| format!("fork: {}", std::io::Error::last_os_error()))?;
        let status = loop {
            match waitpid(Some(pid), WaitOptions::empty()) {
                Err(rustix::io::Errno::INTR) | Ok(None) => {}
                Ok(Some((_, status))) => break status.as_raw(),
                Err(error) => return Err(format!("a run cannot be waited for: {error}")),
            }
        };
        let ms = start.elapsed().as_secs_f64() * 1e3;
        let ended = serde_json::to_string(&Ended { run, status, ms }).expect("plain data");
        eprintln!("{MARK}{ended}");
        output::print(&format!("{MARK}{ended}\n"))?;
    }
    Ok(None)
}

/// There is no forking here.
#[cfg(not(unix))]
pub fn each(_: Range<u64>) -> Result<Option<u64>, String> {
    Err("this system cannot fork a process".to_owned())
}
