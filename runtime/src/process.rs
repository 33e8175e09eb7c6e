//! The process as a whole: what it was started with, and its report at the end.
//!
//! `FIDGE_OPTIONS` is read before `main`, so that bad input is refused before anything ran. What
//! belongs to no session belongs to the process; if that raced, the report is printed when the
//! process exits and its exit code is `exitcode` (66 unless set).

use crate::Severity;
use crate::engine::{arena, finding, forked, lock, reentered, session, tell, waits};
use crate::options::{self, Checks, Deadlock, Options, Order, Stacks};
use crate::report::{Builder, Report, Sink, Suppressions, print};
use crate::stack;
use std::fmt::{self, Display};
use std::io::{self, Write};
use std::process::exit;
use std::sync::{Mutex, OnceLock};

/// What the process was started with.
#[derive(Debug)]
pub(crate) struct Start {
    /// `FIDGE_OPTIONS`.
    pub options: Options,
    /// The file it names.
    suppressions: Suppressions,
    /// What made the reports so far: it knows the program's frames and sources by now.
    builder: Mutex<Option<Builder>>,
}

impl Start {
    /// The options as a session knows them.
    pub fn session(&self) -> session::Settings {
        session::Settings {
            shb: self.options.order == Order::Shb,
            max_reports: usize::try_from(self.options.max_reports).unwrap_or(usize::MAX),
            severity: match self.options.severity {
                Severity::Note => finding::Severity::Note,
                Severity::Warning => finding::Severity::Warning,
                Severity::Error => finding::Severity::Error,
            },
            composed: self.options.checks == Checks::All,
            goes_on: self.options.deadlock == Deadlock::GoOn,
            ..session::Settings::default()
        }
    }

    /// The report of a session, or of what belongs to none.
    pub fn report(&self, found: &session::Outcome) -> Report {
        let fresh = || Builder::new(&self.options);
        let report = |builder: &mut Builder| builder.report(found, &self.suppressions);
        // Nobody waits for another's report; in the child of a fork there may be no other.
        match self.builder.try_lock() {
            Ok(mut builder) => report(builder.get_or_insert_with(fresh)),
            Err(_) => report(&mut fresh()),
        }
    }
}

/// Read once, before `main` where the platform can. What is wrong with it ends the process with 2,
/// and `help=1` with 0.
pub(crate) fn start() -> &'static Start {
    static START: OnceLock<Start> = OnceLock::new();
    START.get_or_init(|| {
        let start = read();
        let ceiling = start.options.memory_mb.saturating_mul(1 << 20);
        arena::set_ceiling(usize::try_from(ceiling).unwrap_or(usize::MAX));
        stack::set_mode(match start.options.stacks {
            Stacks::Auto => stack::Capture::Auto,
            Stacks::FramePointers => stack::Capture::FramePointers,
            Stacks::Unwind => stack::Capture::Unwind,
            Stacks::Off => stack::Capture::Off,
        });
        session::configure_process(start.session());
        watch();
        // Asks the system what must not be asked in a signal handler.
        stack::note_thread();
        if stack::walks_in_vain() {
            tell::line(format_args!(
                "fidge: stacks=frame-pointers, but this program has none: stacks will be short or \
                 wrong. Build it with RUSTFLAGS=-Cforce-frame-pointers=yes, or say stacks=auto"
            ));
        }
        start
    })
}

fn read() -> Start {
    let options = Options::from_env().unwrap_or_else(|error| refuse(&error));
    if options.help {
        print!("{}", options::help());
        exit(0);
    }
    let suppressions = match &options.suppressions {
        Some(file) => Suppressions::read(file).unwrap_or_else(|error| refuse(&error)),
        None => Suppressions::default(),
    };
    Start {
        options,
        suppressions,
        builder: Mutex::new(None),
    }
}

fn refuse(error: &dyn Display) -> ! {
    say(format_args!("{error}"));
    exit(2)
}

/// A line for the user. Where not even that can be written, nothing more can be done about it, and least of
/// all panic: this may be the process's exit.
fn say(line: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "fidge: {line}");
}

/// Says that a report could not be written.
pub(crate) fn complain(written: io::Result<()>) {
    if let Err(error) = written {
        say(format_args!("the report could not be written: {error}"));
    }
}

/// Before `main`.
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
#[cfg_attr(
    not(any(target_os = "macos", windows)),
    unsafe(link_section = ".init_array")
)]
#[used]
static BEFORE_MAIN: extern "C" fn() = {
    extern "C" fn before_main() {
        start();
    }
    before_main
};

unsafe extern "C" {
    fn atexit(f: extern "C" fn()) -> core::ffi::c_int;
}

/// Notices the end of the process, and forks.
fn watch() {
    // SAFETY: plain functions that may be called at any time.
    unsafe {
        atexit(at_exit);
        #[cfg(unix)]
        libc::pthread_atfork(None, None, Some(in_child));
    }
}

/// What the parent found is the parent's to tell.
#[cfg(unix)]
extern "C" fn in_child() {
    lock::forked();
    session::forget_findings();
    waits::forked();
    forked();
}

extern "C" fn at_exit() {
    let start = start();
    match reentered() {
        0 => {}
        times => tell::line(format_args!(
            "fidge: {times} operations of signal handlers came while the detector was at work and \
             were not recorded; what they ordered or raced with is not known"
        )),
    }
    let found = session::process_outcome();
    let report = start.report(&found);
    if start.options.verbose {
        for rule in start.suppressions.unused() {
            tell::line(format_args!("fidge: suppressions: {rule} silenced nothing"));
        }
    }
    if report.is_clean() {
        return;
    }
    complain(print(&report, &start.options, Sink::Process));
    if start.options.exitcode != 0 {
        // SAFETY: flushing C's streams and leaving; nothing runs afterwards.
        unsafe {
            libc::fflush(core::ptr::null_mut());
            libc::_exit(start.options.exitcode.into());
        }
    }
}
