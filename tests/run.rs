//! Runs a program as a process of its own and keeps what it said.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A program that takes longer hangs: it is killed, and the test fails. Nothing is ever timed.
const HANGS: Duration = Duration::from_secs(120);

/// What a program did.
#[derive(Debug)]
pub struct Run {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Runs `program` with `arguments` and `FIDGE_OPTIONS=options`.
///
/// # Panics
///
/// If it cannot be run, or hangs.
pub fn run(program: &str, arguments: &[&str], options: &str) -> Run {
    let mut command = Command::new(program);
    command.args(arguments).env("FIDGE_OPTIONS", options);
    command_run(&mut command)
}

/// [`run`], for a command that is more than that.
///
/// # Panics
///
/// As [`run`].
pub fn command_run(command: &mut Command) -> Run {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stdout = collect(child.stdout.take().expect("piped"));
    let stderr = collect(child.stderr.take().expect("piped"));
    let status = wait(&mut child);
    let run = Run {
        status: status.unwrap_or_default(),
        stdout: stdout.join().expect("readable"),
        stderr: stderr.join().expect("readable"),
    };
    assert!(status.is_some(), "{command:?} hangs: {run:#?}");
    run
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("readable");
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// `None` if it had to be killed.
fn wait(child: &mut Child) -> Option<ExitStatus> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("our child") {
            return Some(status);
        }
        if begun.elapsed() > HANGS {
            child.kill().expect("our child");
            child.wait().expect("our child");
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

impl Run {
    /// It ended with this code.
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.status.code(), Some(code), "{self:#?}");
        self
    }

    /// It printed exactly this.
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn prints(&self, stdout: &str) -> &Self {
        assert_eq!(self.stdout, stdout, "{self:#?}");
        self
    }

    /// Fidge said nothing, nor did anyone else.
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn is_silent(&self) -> &Self {
        assert_eq!(self.stderr, "", "{self:#?}");
        self
    }

    /// Its standard error has this text once.
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn says_once(&self, text: &str) -> &Self {
        assert_eq!(
            self.stderr.matches(text).count(),
            1,
            "{text:?} in {self:#?}"
        );
        self
    }

    /// Standard error is this one line.
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn says_only(&self, line: &str) -> &Self {
        assert_eq!(self.stderr, format!("{line}\n"), "{self:#?}");
        self
    }

    /// It found one race, between a `first` and a later `second` operation.
    ///
    /// # Panics
    ///
    /// If not.
    #[track_caller]
    pub fn found(&self, second: &str, first: &str) -> &Self {
        self.says_once("fidge: 1 race\n")
            .says_once("data race: ")
            .says_once(&format!("data race: `{second}` by "))
            .says_once(&format!(" is not ordered with the earlier `{first}` by "))
    }
}
