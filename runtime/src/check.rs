//! `fidge::check`: one session.

use crate::Report;

#[doc = include_str!("check.md")]
#[cfg(not(feature = "detect"))]
#[inline]
pub fn check<R>(f: impl FnOnce() -> R) -> Report {
    f();
    Report::default()
}

/// [`check`], which also reports what is pedantic: findings of severity
/// [`Note`](crate::Severity::Note), such as two operations on a concurrent map whose order matters and
/// that nothing but the map orders. As `FIDGE_OPTIONS=severity=note`, for one session.
///
/// # Panics
///
/// As `f` does.
///
/// ```
/// let report = fidge::check_pedantic(|| 1 + 1);
/// assert!(report.is_clean(), "{report}");
/// ```
#[cfg(not(feature = "detect"))]
#[inline]
pub fn check_pedantic<R>(f: impl FnOnce() -> R) -> Report {
    check(f)
}

#[cfg(feature = "detect")]
pub(crate) use detect::{Settings, check_with, record_with};
#[cfg(feature = "detect")]
pub use detect::{check, check_pedantic};

#[cfg(feature = "detect")]
mod detect {
    use super::*;
    use crate::engine::finding::Severity;
    use crate::engine::schedule::Schedule;
    use crate::engine::session::{self, Open};
    use crate::engine::tape::RawEvent;
    use crate::process;
    use crate::report::{Sink, print};
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
    use std::thread;

    /// How a session is run.
    #[derive(Clone, Copy, Debug, Default)]
    pub(crate) struct Settings {
        /// Whether notes are reported, whatever the options say.
        pub pedantic: bool,
        /// Seed of whatever is random in it.
        pub seed: u64,
        /// Who runs next.
        pub schedule: Schedule,
    }

    #[doc = include_str!("check.md")]
    #[track_caller]
    pub fn check<R>(f: impl FnOnce() -> R) -> Report {
        reported(&Settings::default(), f)
    }

    /// [`check`], which also reports what is pedantic: findings of severity
    /// [`Note`](crate::Severity::Note), such as two operations on a concurrent map whose order matters
    /// and that nothing but the map orders. As `FIDGE_OPTIONS=severity=note`, for one session.
    ///
    /// # Panics
    ///
    /// As `f` does.
    ///
    /// ```
    /// let report = fidge::check_pedantic(|| 1 + 1);
    /// assert!(report.is_clean(), "{report}");
    /// ```
    #[track_caller]
    pub fn check_pedantic<R>(f: impl FnOnce() -> R) -> Report {
        let settings = Settings {
            pedantic: true,
            ..Settings::default()
        };
        reported(&settings, f)
    }

    #[track_caller]
    fn reported<R>(settings: &Settings, f: impl FnOnce() -> R) -> Report {
        let (outcome, report) = check_with(settings, f);
        if let Err(payload) = outcome {
            process::complain(print(&report, &process::start().options, Sink::Test));
            resume_unwind(payload);
        }
        report
    }

    /// Runs `f` as a session. A panic of `f` comes back as it is, beside the report.
    #[track_caller]
    pub(crate) fn check_with<R>(
        settings: &Settings,
        f: impl FnOnce() -> R,
    ) -> (thread::Result<R>, Report) {
        let (outcome, report, _) = run(settings, false, f);
        (outcome, report)
    }

    /// [`check_with`], with the events of the session.
    #[track_caller]
    pub(crate) fn record_with<R>(
        settings: &Settings,
        f: impl FnOnce() -> R,
    ) -> (thread::Result<R>, Report, Vec<RawEvent>) {
        run(settings, true, f)
    }

    #[track_caller]
    fn run<R>(
        settings: &Settings,
        record: bool,
        f: impl FnOnce() -> R,
    ) -> (thread::Result<R>, Report, Vec<RawEvent>) {
        let start = process::start();
        let given = start.session();
        let severity = match settings.pedantic {
            true => Severity::Note,
            false => given.severity,
        };
        let settings = session::Settings {
            severity,
            record,
            schedule: settings.schedule,
            seed: settings.seed,
            ..given
        };
        let name = thread::current().name().map(str::to_owned);
        let open = Open::new(name.as_deref(), settings);
        let outcome = catch_unwind(AssertUnwindSafe(f));
        let found = open.end();
        let report = start.report(&found);
        (outcome, report, found.events)
    }
}
