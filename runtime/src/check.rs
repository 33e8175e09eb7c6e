//! `fidge::check`: one session.

use crate::Report;

/// Runs `f` as a session of its own and returns the report of what was found in it. Without the
/// feature `detect` it calls `f` and the report is empty.
///
/// # Panics
///
/// As `f` does.
#[inline]
pub fn check<R>(f: impl FnOnce() -> R) -> Report {
    f();
    Report::default()
}

#[cfg(feature = "detect")]
pub(crate) use detect::*;

#[cfg(feature = "detect")]
mod detect {
    use super::*;
    use crate::options::{self, Options};
    use crate::report::{Builder, Suppressions};
    use std::fmt::Display;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::process::exit;
    use std::sync::OnceLock;

    /// How a session is run.
    #[derive(Clone, Debug)]
    pub(crate) struct Settings {
        /// Seed of whatever is random in it.
        pub seed: u64,
        /// Who runs next; `None` leaves it to the operating system.
        pub schedule: Option<&'static str>,
    }

    /// Runs `f` as a session. A panic of `f` comes back as it is, beside the report.
    pub(crate) fn check_with<R>(
        settings: &Settings,
        f: impl FnOnce() -> R,
    ) -> (std::thread::Result<R>, Report) {
        let _ = (settings.seed, settings.schedule);
        let start = start();
        let outcome = catch_unwind(AssertUnwindSafe(f));
        (
            outcome,
            Builder::new(&start.options).report(&[], 0, &start.suppressions),
        )
    }

    /// What the process was started with.
    pub(crate) struct Start {
        /// `FIDGE_OPTIONS`.
        pub options: Options,
        /// The file it names.
        pub suppressions: Suppressions,
    }

    /// Read at the first call. What is wrong with it ends the process with 2, and `help=1` with 0.
    pub(crate) fn start() -> &'static Start {
        static START: OnceLock<Start> = OnceLock::new();
        START.get_or_init(|| {
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
            }
        })
    }

    fn refuse(error: &dyn Display) -> ! {
        eprintln!("fidge: {error}");
        exit(2)
    }
}
