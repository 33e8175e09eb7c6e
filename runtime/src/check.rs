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
    use std::panic::{AssertUnwindSafe, catch_unwind};
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
        (catch_unwind(AssertUnwindSafe(f)), Report::default())
    }

    /// The process's options. What is wrong with them ends the process with 2, and `help=1` with 0,
    /// at the first call.
    pub(crate) fn options() -> &'static Options {
        static OPTIONS: OnceLock<Options> = OnceLock::new();
        OPTIONS.get_or_init(|| match Options::from_env() {
            Ok(options) if options.help => {
                print!("{}", options::help());
                std::process::exit(0);
            }
            Ok(options) => options,
            Err(error) => {
                eprintln!("{error}");
                std::process::exit(2);
            }
        })
    }
}
