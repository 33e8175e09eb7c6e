//! What one run came to, and what a cell's runs come to together.
//!
//! A run of a racy program counts as *detected* if a report's two sides are exactly the two marked
//! lines, in either order. It counts under *false reports* if anything else was reported as well;
//! so does a run of a fixed program with any report at all. Both are numbers of runs, so that both
//! are shares with an interval. A run that crashed or hung is a run: what was reported before counts, and
//! where that is nothing the detector missed the race.

use crate::detectors::{Detector, Observation, Pair};
use crate::json::{Cell, Executions, Status};
use crate::mark::Site;
use crate::scenario::{Outcome, Scenario, Variant};
use crate::statistics::median;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// After so many hung runs a cell is given up: each costs the whole time limit.
pub const PATIENCE: usize = 3;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// By itself, or stopped by a detector that had something to report.
    Ended,
    /// It was brought down.
    Crashed,
    /// It was killed when its time was up.
    Hung,
    /// With no verdict, as the program is not for this tool, and there is no point in further runs.
    Unavailable,
    /// With no verdict, and there is no point in further runs.
    Failed,
}

impl Ending {
    /// Whether the run counts.
    fn is_verdict(self) -> bool {
        !matches!(self, Ending::Unavailable | Ending::Failed)
    }
}

/// One run under one detector.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Which one, from 0.
    pub run: u64,
    /// How it ended.
    pub ending: Ending,
    /// What brought it down, or why there is no verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether its outcome was wrong.
    pub wrong: bool,
    /// Whether the marked pair was reported.
    pub hit: bool,
    /// Whether anything else was.
    pub stray: bool,
    /// How long it took, detection included, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<f64>,
    /// The most memory that its process had had resident by then, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peak: Option<u64>,
}

impl Run {
    /// A run that ended and was judged. `sites` are the lines that race; a fixed program has none.
    pub fn judged(run: u64, seen: &Observation, sites: Option<&[Site; 2]>, took: Duration) -> Self {
        let is_hit = |pair: &Pair| sites.is_some_and(|sites| is_pair(pair, sites));
        Run {
            run,
            ending: Ending::Ended,
            reason: None,
            wrong: seen.outcome == Some(Outcome::Wrong),
            hit: seen.reports.iter().any(is_hit),
            stray: !seen.reports.iter().all(is_hit),
            ms: Some(took.as_secs_f64() * 1e3),
            peak: None,
        }
    }

    /// A run that came to no good end, without a report.
    pub fn lost(run: u64, ending: Ending, reason: Option<String>) -> Self {
        Run {
            run,
            ending,
            reason,
            wrong: false,
            hit: false,
            stray: false,
            ms: None,
            peak: None,
        }
    }
}

/// Whether a report names the two sites, in either order.
fn is_pair(report: &Pair, [a, b]: &[Site; 2]) -> bool {
    match report {
        [Some(x), Some(y)] => (x, y) == (a, b) || (x, y) == (b, a),
        _ => false,
    }
}

/// Why there are to be no more runs of a cell with these; `None` if there may be.
pub fn stopped(runs: &[Run]) -> Option<String> {
    let failed = runs.iter().find(|run| !run.ending.is_verdict());
    let hung = runs.iter().filter(|run| run.ending == Ending::Hung).count();
    match failed {
        Some(run) => Some(run.reason.clone().unwrap_or_default()),
        None => (hung >= PATIENCE).then(|| format!("given up after {hung} runs that hung")),
    }
}

/// The cell that `runs`, in their order, come to. `unavailable` is why there were no more.
pub fn cell(
    scenario: &Scenario,
    variant: Variant,
    detector: Detector,
    runs: &[Run],
    unavailable: Option<&str>,
) -> Cell {
    let (status, reason) = match (unavailable, stopped(runs)) {
        (Some(why), _) => (Status::Unavailable, Some(why.to_owned())),
        (None, Some(why)) => {
            let never = runs.first().map(|run| run.ending) == Some(Ending::Unavailable);
            let status = if never {
                Status::Unavailable
            } else {
                Status::Failed
            };
            (status, Some(why))
        }
        (None, None) => (Status::Ran, runs.iter().find_map(|run| run.reason.clone())),
    };
    let made: Vec<_> = runs.iter().filter(|run| run.ending.is_verdict()).collect();
    let count = |counts: fn(&Run) -> bool| made.iter().filter(|run| counts(run)).count() as u64;
    let counts_for_rate = |run: &Run| match variant {
        Variant::Racy => run.hit,
        Variant::Fixed => run.stray,
    };
    let ended = made.iter().filter(|run| run.ending == Ending::Ended);
    let executions = match detector {
        Detector::Offline(_) => Executions::Recorded,
        _ => Executions::Own,
    };
    Cell {
        scenario: scenario.name.to_owned(),
        class: scenario.class.to_owned(),
        variant,
        detector: detector.name().to_owned(),
        status,
        reason,
        runs: made.len() as u64,
        crashed: count(|run| run.ending == Ending::Crashed),
        hung: count(|run| run.ending == Ending::Hung),
        manifested: count(|run| run.wrong),
        detected: count(|run| run.hit),
        missed: count(|run| run.wrong && !run.hit),
        false_reports: count(|run| run.stray),
        rate: None,
        ci95: None,
        median_ms: median(ended.filter_map(|run| run.ms).collect()),
        peak_bytes: made.iter().filter_map(|run| run.peak).max(),
        verdicts: (!made.is_empty()).then(|| made.iter().map(|run| counts_for_rate(run)).collect()),
        executions: (!made.is_empty()).then_some(executions),
    }
    .with_rate()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::detectors::FIDGE;

    fn site(line: u32) -> Site {
        Site {
            file: "x.rs".into(),
            line,
        }
    }

    /// Whether the marked pair was reported, and whether anything else was.
    fn judge(reports: Vec<Pair>, sites: Option<&[Site; 2]>) -> (bool, bool) {
        let outcome = Some(Outcome::Right);
        let seen = Observation { outcome, reports };
        let run = Run::judged(0, &seen, sites, Duration::ZERO);
        (run.hit, run.stray)
    }

    #[test]
    fn a_report_of_the_marked_pair_detects_in_either_order() {
        let sites = [site(3), site(9)];
        let there = vec![[Some(site(3)), Some(site(9))]];
        let back = vec![[Some(site(9)), Some(site(3))]];
        assert_eq!(judge(there, Some(&sites)), (true, false));
        assert_eq!(judge(back, Some(&sites)), (true, false));
    }

    #[test]
    fn anything_else_that_is_reported_is_false() {
        let sites = [site(3), site(9)];
        let one_line = vec![[Some(site(3)), Some(site(3))]];
        let half_known = vec![[Some(site(3)), None]];
        let both = vec![
            [Some(site(3)), Some(site(9))],
            [Some(site(3)), Some(site(4))],
        ];
        assert_eq!(judge(one_line, Some(&sites)), (false, true));
        assert_eq!(judge(half_known, Some(&sites)), (false, true));
        assert_eq!(judge(both, Some(&sites)), (true, true));
    }

    #[test]
    fn any_report_on_a_fixed_program_is_false() {
        let report = vec![[Some(site(3)), Some(site(9))]];
        assert_eq!(judge(report, None), (false, true));
        assert_eq!(judge(vec![], None), (false, false));
    }

    fn ended(run: u64, hit: bool, ms: f64) -> Run {
        Run {
            hit,
            ms: Some(ms),
            peak: Some(run * 100),
            ..Run::lost(run, Ending::Ended, None)
        }
    }

    fn racy(runs: &[Run]) -> Cell {
        cell(catalog::ALL[0], Variant::Racy, FIDGE, runs, None)
    }

    #[test]
    fn a_cell_adds_up_its_runs() {
        let runs = [
            ended(0, true, 1.0),
            ended(1, false, 9.0),
            ended(2, true, 2.0),
        ];
        let cell = racy(&runs);
        assert_eq!((cell.status, cell.runs, cell.detected), (Status::Ran, 3, 2));
        assert_eq!((cell.median_ms, cell.peak_bytes), (Some(2.0), Some(200)));
        assert_eq!(cell.verdicts.map(String::from).as_deref(), Some("a"));
    }

    #[test]
    fn crashes_and_time_outs_are_runs_that_detected_nothing() {
        let runs = [
            ended(0, true, 1.0),
            Run::lost(1, Ending::Crashed, Some("signal: 6".into())),
            Run::lost(2, Ending::Hung, None),
            ended(3, true, 3.0),
        ];
        let cell = racy(&runs);
        assert_eq!(
            (cell.status, cell.runs, cell.crashed, cell.hung),
            (Status::Ran, 4, 1, 1)
        );
        assert_eq!((cell.rate, cell.median_ms), (Some(0.5), Some(2.0)));
        assert_eq!(cell.reason.as_deref(), Some("signal: 6"));
    }

    #[test]
    fn a_run_without_a_verdict_fails_the_cell_and_is_not_counted() {
        let failed = Run::lost(1, Ending::Failed, Some("no memory".into()));
        let cell = racy(&[ended(0, true, 1.0), failed]);
        assert_eq!((cell.status, cell.runs), (Status::Failed, 1));
        assert_eq!(cell.reason.as_deref(), Some("no memory"));
    }

    #[test]
    fn a_program_that_is_not_for_the_tool_is_unavailable_unless_it_ran_before() {
        let refused = |run| Run::lost(run, Ending::Unavailable, Some("no threads".into()));
        let never = racy(&[refused(0)]);
        assert_eq!((never.status, never.runs), (Status::Unavailable, 0));
        assert_eq!(never.reason.as_deref(), Some("no threads"));
        let later = racy(&[ended(0, true, 1.0), refused(1)]);
        assert_eq!((later.status, later.runs), (Status::Failed, 1));
    }

    #[test]
    fn a_cell_that_hangs_and_hangs_is_given_up() {
        let hung: Vec<_> = (0..3)
            .map(|run| Run::lost(run, Ending::Hung, None))
            .collect();
        assert_eq!(stopped(&hung[..2]), None);
        let cell = racy(&hung);
        assert_eq!((cell.status, cell.runs, cell.hung), (Status::Failed, 3, 3));
        assert_eq!(
            cell.reason.as_deref(),
            Some("given up after 3 runs that hung")
        );
    }

    #[test]
    fn what_is_unavailable_has_no_rate() {
        let cell = cell(
            catalog::ALL[0],
            Variant::Fixed,
            FIDGE,
            &[],
            Some("not here"),
        );
        assert_eq!(
            (cell.status, cell.rate, cell.runs),
            (Status::Unavailable, None, 0)
        );
        assert_eq!(
            (cell.verdicts, cell.reason.as_deref()),
            (None, Some("not here"))
        );
    }
}
