//! What `#[fidge::test]` expands to. Not for use by hand: it changes without notice.

pub use std::process::ExitCode;
use std::process::Termination;

/// What the attribute says, and where.
#[derive(Clone, Debug)]
pub struct TestSettings {
    /// The test's whole path.
    pub name: &'static str,
    /// How often the body is run, each time as a session of its own.
    pub runs: u32,
    /// Who runs next.
    pub schedule: Option<&'static str>,
    /// Seed of the first run; the next run has the next.
    pub seed: Option<u64>,
    /// Whether libtest expects a panic.
    pub should_panic: bool,
}

/// Runs a test's body once: detection is off.
#[cfg(not(feature = "detect"))]
#[inline]
pub fn run_test<R: Termination>(_: TestSettings, body: impl Fn() -> R) -> ExitCode {
    body().report()
}

#[cfg(feature = "detect")]
pub use detect::run_test;

/// What `atomic_scope!` needs.
#[cfg(feature = "detect")]
pub use crate::engine::{Allowance, Allowing, At, Op, scope::Scope};

/// An annotation of the program, for `allow_race!` and `expect_race!`.
#[cfg(feature = "detect")]
pub const fn allowance(kind: crate::Kind, reason: &'static str, expected: bool) -> Allowance {
    Allowance {
        kind: crate::report::engine_kind(kind),
        reason,
        expected,
    }
}

#[cfg(feature = "detect")]
mod detect {
    use super::*;
    use crate::Report;
    use crate::check::{Settings, check_with};
    use crate::engine::schedule::Schedule;
    use crate::options::{Form, Options};
    use crate::process;
    use crate::report::{Sink, print};
    use std::panic::resume_unwind;
    use std::thread;

    /// Runs a test's body in a session as often as the settings ask for, and returns what its
    /// result means to libtest. The first run that fails ends the test.
    ///
    /// # Panics
    ///
    /// As the body does, and with the report's text if a session found a race. libtest must not
    /// take that for the panic that `#[should_panic]` expects: such a test prints the report and
    /// *returns*, which fails it.
    pub fn run_test<R: Termination>(settings: TestSettings, body: impl Fn() -> R) -> ExitCode {
        run_with(&process::start().options, &settings, |session| {
            let (outcome, report) = check_with(session, &body);
            (outcome.map(R::report), report)
        })
    }

    fn run_with(
        options: &Options,
        settings: &TestSettings,
        mut run: impl FnMut(&Settings) -> (thread::Result<ExitCode>, Report),
    ) -> ExitCode {
        let first = options
            .seed
            .or(settings.seed)
            .unwrap_or_else(|| rand::random::<u32>().into());
        let schedule = settings.schedule.map_or(Schedule::Native, |name| {
            Schedule::named(name).unwrap_or_else(|| {
                let names: Vec<&str> = Schedule::NAMES.iter().map(|(name, _)| *name).collect();
                panic!(
                    "#[fidge::test]: no schedule is named {name:?}; there are: {}",
                    names.join(", ")
                )
            })
        });
        let mut panic = None;
        for index in 0..settings.runs {
            let seed = first.wrapping_add(index.into());
            let (outcome, report) = run(&Settings {
                seed,
                schedule,
                ..Settings::default()
            });
            match outcome {
                Ok(ExitCode::SUCCESS) if report.is_clean() && settings.should_panic => {
                    // Without the panic that is expected, whatever other runs did.
                    return ExitCode::SUCCESS;
                }
                Ok(ExitCode::SUCCESS) if report.is_clean() => {}
                Err(payload) if report.is_clean() && settings.should_panic => panic = Some(payload),
                _ if settings.should_panic => {
                    show(&report, options);
                    eprintln!("{}", reproduce(settings, seed));
                    return ExitCode::SUCCESS;
                }
                Ok(ExitCode::SUCCESS) => {
                    if options.log_path.is_some() || options.report == Form::Json {
                        show(&report, options);
                    }
                    panic!("{report}{}", reproduce(settings, seed));
                }
                Ok(failure) => {
                    show(&report, options);
                    eprintln!("{}", reproduce(settings, seed));
                    return failure;
                }
                Err(payload) => {
                    show(&report, options);
                    eprintln!("{}", reproduce(settings, seed));
                    resume_unwind(payload);
                }
            }
        }
        match panic {
            Some(payload) => resume_unwind(payload),
            None => ExitCode::SUCCESS,
        }
    }

    fn show(report: &Report, options: &Options) {
        if let Err(error) = print(report, options, Sink::Test) {
            eprintln!("fidge: the report could not be written: {error}");
        }
    }

    fn reproduce(settings: &TestSettings, seed: u64) -> String {
        let name = settings.name;
        // libtest's names do not begin with the crate's.
        let name = name.split_once("::").map_or(name, |(_, rest)| rest);
        format!(
            "reproduce with seed {seed}: run {name} again as you did, with FIDGE_OPTIONS=seed={seed}"
        )
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use crate::report::sample;
        use std::panic::{AssertUnwindSafe, catch_unwind};

        fn settings(runs: u32) -> TestSettings {
            TestSettings {
                name: "app::tests::t",
                runs,
                schedule: None,
                seed: Some(7),
                should_panic: false,
            }
        }

        fn racy() -> Report {
            sample::report_of(vec![sample::race()])
        }

        /// The seeds that were run, and how the test ended: an exit code or a panic's message.
        fn ran(
            options: &str,
            settings: TestSettings,
            mut run: impl FnMut(u64) -> (thread::Result<ExitCode>, Report),
        ) -> (Vec<u64>, Result<ExitCode, String>) {
            let options = Options::parse(options).unwrap();
            let mut seeds = Vec::new();
            let end = catch_unwind(AssertUnwindSafe(|| {
                run_with(&options, &settings, |session| {
                    seeds.push(session.seed);
                    run(session.seed)
                })
            }));
            let end = end.map_err(|payload| match payload.downcast::<String>() {
                Ok(text) => *text,
                Err(payload) => (*payload.downcast::<&str>().unwrap()).to_owned(),
            });
            (seeds, end)
        }

        #[test]
        fn each_run_has_the_next_seed() {
            let (seeds, end) = ran("", settings(3), |_| {
                (Ok(ExitCode::SUCCESS), Report::default())
            });
            assert_eq!((seeds, end), (vec![7, 8, 9], Ok(ExitCode::SUCCESS)));
        }

        #[test]
        fn the_environments_seed_comes_before_the_attributes() {
            let (seeds, _) = ran("seed=40", settings(1), |_| {
                (Ok(ExitCode::SUCCESS), Report::default())
            });
            assert_eq!(seeds, [40]);
        }

        #[test]
        fn a_race_fails_the_test_with_the_report_and_the_seed_of_its_run() {
            let (seeds, end) = ran("", settings(5), |seed| {
                (
                    Ok(ExitCode::SUCCESS),
                    if seed == 8 { racy() } else { Report::default() },
                )
            });
            assert_eq!(seeds, [7, 8]);
            let reproduce =
                "reproduce with seed 8: run tests::t again as you did, with FIDGE_OPTIONS=seed=8";
            assert_eq!(end, Err(format!("{}{reproduce}", racy())));
        }

        #[test]
        fn an_error_of_the_body_ends_the_test_as_it_is() {
            let (seeds, end) = ran("", settings(5), |_| {
                (Ok(ExitCode::from(3)), Report::default())
            });
            assert_eq!((seeds, end), (vec![7], Ok(ExitCode::from(3))));
        }

        #[test]
        fn a_panic_of_the_body_goes_on_as_it_is_even_beside_a_race() {
            for report in [Report::default(), racy()] {
                let (seeds, end) =
                    ran("", settings(5), |_| (Err(Box::new("mine")), report.clone()));
                assert_eq!((seeds, end), (vec![7], Err("mine".to_owned())));
            }
        }

        #[test]
        fn an_expected_panic_is_passed_on_after_the_last_run() {
            let expected = TestSettings {
                should_panic: true,
                ..settings(2)
            };
            let (seeds, end) = ran("", expected, |_| (Err(Box::new("mine")), Report::default()));
            assert_eq!((seeds, end), (vec![7, 8], Err("mine".to_owned())));
        }

        #[test]
        fn a_race_is_never_taken_for_the_expected_panic() {
            for body_panics in [false, true] {
                let expected = TestSettings {
                    should_panic: true,
                    ..settings(2)
                };
                let (seeds, end) = ran("", expected, |_| {
                    let outcome = if body_panics {
                        Err(Box::new("mine") as _)
                    } else {
                        Ok(ExitCode::SUCCESS)
                    };
                    (outcome, racy())
                });
                assert_eq!(
                    (seeds, end),
                    (vec![7], Ok(ExitCode::SUCCESS)),
                    "no panic fails it"
                );
            }
        }

        #[test]
        fn the_body_is_run_and_its_result_reported() {
            assert_eq!(
                run_test(settings(1), || Ok::<(), String>(())),
                ExitCode::SUCCESS
            );
            assert_eq!(
                run_test(settings(1), || Err::<(), &str>("no")),
                ExitCode::FAILURE
            );
        }
    }
}
