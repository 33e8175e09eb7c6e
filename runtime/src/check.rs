//! `fidge::check`: one session.

use crate::Report;

#[doc = include_str!("check.md")]
#[cfg(not(feature = "detect"))]
#[inline]
pub fn check<R>(f: impl FnOnce() -> R) -> Report {
    f();
    Report::default()
}

#[cfg(feature = "detect")]
pub use detect::check;
#[cfg(feature = "detect")]
pub(crate) use detect::{Settings, check_with, record_with};

#[cfg(feature = "detect")]
mod detect {
    use super::*;
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
        /// Seed of whatever is random in it.
        pub seed: u64,
        /// Who runs next.
        pub schedule: Schedule,
    }

    #[doc = include_str!("check.md")]
    #[track_caller]
    pub fn check<R>(f: impl FnOnce() -> R) -> Report {
        let (outcome, report) = check_with(&Settings::default(), f);
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
        let settings = session::Settings {
            record,
            schedule: settings.schedule,
            seed: settings.seed,
            ..start.session()
        };
        let name = thread::current().name().map(str::to_owned);
        let open = Open::new(name.as_deref(), settings);
        let outcome = catch_unwind(AssertUnwindSafe(f));
        let found = open.end();
        let report = start.report(&found);
        (outcome, report, found.events)
    }
}
