//! Whether a detector did what an exact one does, and the twin what a correct program does.

use crate::json::{Cell, Status};
use crate::scenario::{Expectation, Variant};

/// What is wrong with the cell, in a line; `None` where an exact detector would say the same.
///
/// A rate is missed when even the upper end of the measured interval is below it, so that few runs
/// with bad luck fail nothing.
pub fn unmet(expectation: Expectation, cell: &Cell) -> Option<String> {
    let (runs, detected) = (cell.runs, cell.detected);
    let why = match (cell.status, &cell.reason) {
        (Status::Ran, _) if cell.false_reports > 0 && cell.variant == Variant::Fixed => {
            format!(
                "it is race-free, yet {} of {runs} runs were reported",
                cell.false_reports
            )
        }
        (Status::Ran, _) if cell.false_reports > 0 => {
            format!(
                "something else was reported in {} of {runs} runs",
                cell.false_reports
            )
        }
        (Status::Ran, reason) if cell.lost() > 0 => format!(
            "of {runs} runs {} crashed and {} hung: {}",
            cell.crashed,
            cell.hung,
            reason.as_deref().unwrap_or("no reason given")
        ),
        (Status::Ran, _) if cell.variant == Variant::Fixed && cell.manifested > 0 => {
            format!(
                "it is race-free, yet it went wrong in {} of {runs} runs",
                cell.manifested
            )
        }
        (Status::Ran, _) if cell.variant == Variant::Fixed => return None,
        (Status::Ran, _) => match expectation {
            Expectation::Always if detected < runs => {
                format!("the race is in every run, and was detected in {detected} of {runs}")
            }
            Expectation::Manifested if cell.missed > 0 => {
                format!(
                    "it went wrong in {} of {runs} runs, and {} of those were not detected",
                    cell.manifested, cell.missed
                )
            }
            Expectation::Rate(min) if cell.ci95.is_some_and(|[_, high]| high < min) => {
                format!("expected in {min} of the runs, detected in {detected} of {runs}")
            }
            _ => return None,
        },
        (_, reason) => format!(
            "it did not run: {}",
            reason.as_deref().unwrap_or("no reason given")
        ),
    };
    Some(format!("{} ({}): {why}", cell.path(), cell.variant.name()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;

    fn cell(variant: Variant, detected: u64, false_reports: u64) -> Cell {
        let cell = results().cells.remove(0);
        Cell {
            variant,
            runs: 100,
            manifested: 0,
            detected,
            false_reports,
            ..cell
        }
        .with_rate()
    }

    #[test]
    fn a_race_of_every_schedule_must_be_detected_in_every_run() {
        let expectation = Expectation::Always;
        assert_eq!(unmet(expectation, &cell(Variant::Racy, 100, 0)), None);
        let missed = unmet(expectation, &cell(Variant::Racy, 99, 0)).expect("one was missed");
        assert!(
            missed.ends_with("(racy): the race is in every run, and was detected in 99 of 100")
        );
    }

    #[test]
    fn a_rate_is_missed_when_its_interval_is() {
        let expectation = Expectation::Rate(0.5);
        assert_eq!(unmet(expectation, &cell(Variant::Racy, 60, 0)), None);
        assert_eq!(unmet(expectation, &cell(Variant::Racy, 45, 0)), None);
        assert!(unmet(expectation, &cell(Variant::Racy, 30, 0)).is_some());
    }

    #[test]
    fn a_false_report_fails_either_variant() {
        let expectation = Expectation::Always;
        assert_eq!(unmet(expectation, &cell(Variant::Fixed, 0, 0)), None);
        assert!(unmet(expectation, &cell(Variant::Fixed, 0, 1)).is_some());
        assert!(unmet(expectation, &cell(Variant::Racy, 100, 1)).is_some());
    }

    #[test]
    fn a_twin_that_goes_wrong_is_not_as_expected() {
        let mut wrong = cell(Variant::Fixed, 0, 0);
        wrong.manifested = 3;
        let why = unmet(Expectation::Always, &wrong).expect("it went wrong");
        assert!(
            why.ends_with("(fixed): it is race-free, yet it went wrong in 3 of 100 runs"),
            "{why}"
        );
    }

    #[test]
    fn a_crash_or_a_hang_fails_even_a_silent_twin() {
        let mut crashed = cell(Variant::Fixed, 0, 0);
        (crashed.crashed, crashed.reason) = (2, Some("signal: 6".into()));
        let why = unmet(Expectation::Always, &crashed).expect("it crashed");
        assert!(
            why.ends_with("of 100 runs 2 crashed and 0 hung: signal: 6"),
            "{why}"
        );
    }

    #[test]
    fn what_did_not_run_met_nothing() {
        let unavailable = results().cells.remove(1);
        let why = unmet(Expectation::Always, &unavailable).expect("it did not run");
        assert!(why.ends_with("it did not run: not here"), "{why}");
    }
}
