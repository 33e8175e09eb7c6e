//! Runs one program under one detector, again and again, and scores what the detector says.
//!
//! A run of a racy program counts as *detected* if a report's two sides are exactly the two marked
//! lines, in either order. It counts under *false reports* if anything else was reported as well;
//! so does a run of a fixed program with any report at all. Both are numbers of runs, so that both
//! are shares with an interval.

use crate::detectors::{Detector, Observation, Pair};
use crate::json::{Cell, Status};
use crate::mark::Site;
use crate::scenario::{Env, Outcome, Scenario, Variant};
use crate::statistics::median;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// What a number of runs came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// Runs that were watched to their end.
    pub runs: u64,
    /// Runs whose observable outcome was wrong.
    pub manifested: u64,
    /// Runs in which the marked pair was reported.
    pub detected: u64,
    /// Runs in which anything else was reported.
    pub false_reports: u64,
    /// How long each run took, detection included, in milliseconds.
    pub times: Vec<f64>,
}

impl Tally {
    /// Counts one run. `sites` are the lines that race; a fixed program has none.
    fn count(&mut self, seen: &Observation, sites: Option<&[Site; 2]>) {
        let (hits, strays): (Vec<_>, Vec<_>) = seen
            .reports
            .iter()
            .partition(|pair| sites.is_some_and(|sites| is_pair(pair, sites)));
        self.runs += 1;
        self.manifested += u64::from(seen.outcome == Outcome::Wrong);
        self.detected += u64::from(!hits.is_empty());
        self.false_reports += u64::from(!strays.is_empty());
    }
}

/// Whether a report names the two sites, in either order.
fn is_pair(report: &Pair, [a, b]: &[Site; 2]) -> bool {
    match report {
        [Some(x), Some(y)] => (x, y) == (a, b) || (x, y) == (b, a),
        _ => false,
    }
}

/// Runs a variant of `scenario` under `detector`, `runs` times, and calls `after_each` after each.
/// Stops at the first run without a verdict; the cell then says why.
pub fn measure(
    scenario: &Scenario,
    variant: Variant,
    detector: &dyn Detector,
    (runs, seed): (u64, u64),
    mut after_each: impl FnMut(),
) -> Cell {
    let mut tally = Tally::default();
    let cell = |status, reason, tally: Tally| {
        let times = median(tally.times);
        Cell {
            scenario: scenario.name.to_owned(),
            class: scenario.class.to_owned(),
            variant,
            detector: detector.name().to_owned(),
            status,
            reason,
            runs: tally.runs,
            manifested: tally.manifested,
            detected: tally.detected,
            false_reports: tally.false_reports,
            rate: None,
            ci95: None,
            median_ms: times,
        }
        .with_rate()
    };
    if let Some(reason) = detector.unavailable() {
        return cell(Status::Unavailable, Some(reason.to_owned()), tally);
    }
    let sites = (variant == Variant::Racy).then(|| scenario.sites());
    let program = scenario.program(variant);
    for run in 0..runs {
        let env = Env::new(seed, run);
        let start = Instant::now();
        let seen = catch_unwind(AssertUnwindSafe(|| detector.watch(&|| program(&env))));
        let elapsed = start.elapsed();
        match seen {
            Ok(Ok(seen)) => tally.count(&seen, sites.as_ref()),
            Ok(Err(reason)) => return cell(Status::Failed, Some(reason), tally),
            Err(panic) => return cell(Status::Failed, Some(message(panic.as_ref())), tally),
        }
        tally.times.push(elapsed.as_secs_f64() * 1e3);
        after_each();
    }
    cell(Status::Ran, None, tally)
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    format!(
        "the program panicked: {}",
        text.unwrap_or("without a message")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use std::sync::Mutex;

    fn site(line: u32) -> Site {
        Site {
            file: "x.rs".into(),
            line,
        }
    }

    fn tally(reports: Vec<Pair>, sites: Option<&[Site; 2]>) -> (u64, u64) {
        let mut tally = Tally::default();
        tally.count(
            &Observation {
                outcome: Outcome::Right,
                reports,
            },
            sites,
        );
        (tally.detected, tally.false_reports)
    }

    #[test]
    fn a_report_of_the_marked_pair_detects_in_either_order() {
        let sites = [site(3), site(9)];
        assert_eq!(
            tally(vec![[Some(site(3)), Some(site(9))]], Some(&sites)),
            (1, 0)
        );
        assert_eq!(
            tally(vec![[Some(site(9)), Some(site(3))]], Some(&sites)),
            (1, 0)
        );
    }

    #[test]
    fn anything_else_that_is_reported_is_false() {
        let sites = [site(3), site(9)];
        assert_eq!(
            tally(vec![[Some(site(3)), Some(site(3))]], Some(&sites)),
            (0, 1)
        );
        assert_eq!(tally(vec![[Some(site(3)), None]], Some(&sites)), (0, 1));
        let both = vec![
            [Some(site(3)), Some(site(9))],
            [Some(site(3)), Some(site(4))],
        ];
        assert_eq!(tally(both, Some(&sites)), (1, 1));
    }

    #[test]
    fn any_report_on_a_fixed_program_is_false() {
        assert_eq!(tally(vec![[Some(site(3)), Some(site(9))]], None), (0, 1));
        assert_eq!(tally(vec![], None), (0, 0));
    }

    /// Reports what it is told to, once a run.
    struct Scripted(Mutex<Vec<Result<Vec<Pair>, String>>>);

    impl Detector for Scripted {
        fn name(&self) -> &'static str {
            "scripted"
        }
        fn about(&self) -> &'static str {
            "says what the test says"
        }
        fn unavailable(&self) -> Option<&'static str> {
            None
        }
        fn watch(&self, program: &dyn Fn() -> Outcome) -> Result<Observation, String> {
            let mut outcome = Outcome::Right;
            fidge::check(|| outcome = program()); // what is found is not the test process's
            self.0
                .lock()
                .unwrap()
                .remove(0)
                .map(|reports| Observation { outcome, reports })
        }
    }

    #[test]
    fn runs_are_counted_and_their_rate_is_that_of_detection() {
        let scenario = catalog::ALL[0];
        let [a, b] = scenario.sites();
        let hit = vec![[Some(a), Some(b)]];
        let detector = Scripted(Mutex::new(vec![
            Ok(hit.clone()),
            Ok(vec![]),
            Ok(hit),
            Ok(vec![]),
        ]));
        let mut steps = 0;
        let cell = measure(scenario, Variant::Racy, &detector, (4, 1), || steps += 1);
        assert_eq!(
            (cell.status, cell.runs, cell.detected, cell.false_reports),
            (Status::Ran, 4, 2, 0)
        );
        assert_eq!((cell.rate, steps), (Some(0.5), 4));
        assert!(cell.median_ms.is_some());
    }

    #[test]
    fn a_run_without_a_verdict_fails_the_cell() {
        let detector = Scripted(Mutex::new(vec![Ok(vec![]), Err("no memory".into())]));
        let cell = measure(catalog::ALL[0], Variant::Fixed, &detector, (9, 1), || {});
        assert_eq!((cell.status, cell.runs), (Status::Failed, 1));
        assert_eq!(cell.reason.as_deref(), Some("no memory"));
    }
}
