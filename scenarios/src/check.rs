//! Whether results that were read can be true: their counts fit each other and what was asked for.
//!
//! A file may have been cut, edited, or put together by other means than `merge`. Rates that are computed from
//! counts which contradict each other would look like any others, so such a file is refused.

use crate::detectors::LOOM;
use crate::json::{Cell, Results, Status};
use crate::scenario::Variant;
use crate::shard::Shard;
use std::collections::HashSet;

/// More runs than anybody makes; few enough that sums of many cells of many files are numbers still.
const MOST: u64 = 1_000_000_000_000;

/// The error, one line, says which cell or setting it is about, and what was expected.
pub fn check(results: &Results) -> Result<(), String> {
    let settings = &results.settings;
    if !(1..=MOST).contains(&settings.runs) {
        let runs = settings.runs;
        return Err(format!(
            "settings: expected runs from 1 to {MOST}, found {runs}"
        ));
    }
    if let Some(text) = &settings.shard {
        let shard = text.parse::<Shard>().ok();
        if shard.is_none_or(|shard| shard.to_string() != *text) {
            return Err(format!(
                "settings: expected a shard I/N with I from 1 to N, found \"{text}\""
            ));
        }
    }
    let mut seen = HashSet::new();
    for cell in &results.cells {
        let of = || {
            format!(
                "{} on {} ({})",
                cell.detector,
                cell.path(),
                cell.variant.name()
            )
        };
        if !settings.detectors.contains(&cell.detector) {
            return Err(format!("{}: expected a detector of the settings", of()));
        }
        if !seen.insert((&cell.class, &cell.scenario, cell.variant, &cell.detector)) {
            return Err(format!("{}: expected one such cell, found two", of()));
        }
        counts(cell, settings.runs)
            .and_then(|()| verdicts(cell))
            .and_then(|()| shares(cell))
            .map_err(|expected| format!("{}: expected {expected}", of()))?;
    }
    Ok(())
}

/// Each error here is what was expected.
fn counts(cell: &Cell, asked: u64) -> Result<(), String> {
    let runs = cell.runs;
    if runs > MOST {
        return Err(format!("at most {MOST} runs, found {runs}"));
    }
    // Repetitions are added up; of loom, which makes one run whatever is asked, too.
    let whole = runs > 0 && (runs.is_multiple_of(asked) || cell.detector == LOOM);
    if cell.status == Status::Ran && !whole {
        return Err(format!("{asked} runs as the settings have, found {runs}"));
    }
    let detectable = match cell.variant {
        Variant::Racy => runs,
        Variant::Fixed => 0,
    };
    let at_most = |name: &str, count: u64, most: u64| match count <= most {
        true => Ok(()),
        false => Err(format!("{name} of at most {most}, found {count}")),
    };
    at_most("detected", cell.detected, detectable)?;
    at_most("false_reports", cell.false_reports, runs)?;
    at_most("manifested", cell.manifested, runs)?;
    at_most(
        "missed",
        cell.missed,
        cell.manifested.min(runs - cell.detected),
    )?;
    at_most("crashed", cell.crashed, runs)?;
    at_most("hung", cell.hung, runs - cell.crashed)
}

fn verdicts(cell: &Cell) -> Result<(), String> {
    let Some(verdicts) = &cell.verdicts else {
        return Ok(());
    };
    if verdicts.len().div_ceil(4) != cell.runs.div_ceil(4) {
        return Err(format!("verdicts of {} runs", cell.runs));
    }
    let (made, all) = (verdicts.hits(cell.runs), verdicts.hits(verdicts.len()));
    if made != all {
        return Err(format!("verdicts of {} runs, then zeros", cell.runs));
    }
    if made != cell.hits() {
        let hits = cell.hits();
        return Err(format!("verdicts that count {hits} runs, found {made}"));
    }
    Ok(())
}

fn shares(cell: &Cell) -> Result<(), String> {
    if let Some(ms) = cell.median_ms.filter(|ms| *ms < 0.0) {
        return Err(format!("median_ms from 0, found {ms}"));
    }
    let expected = cell.clone().with_rate();
    let ends = |cell: &Cell| cell.ci95.map(Vec::from).unwrap_or_default();
    let all = |cell: &Cell| [cell.rate.into_iter().collect(), ends(cell)].concat();
    let (here, there): (Vec<f64>, Vec<f64>) = (all(cell), all(&expected));
    let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6;
    if here.len() != there.len() || !here.iter().zip(&there).all(near) {
        let (hits, runs) = (cell.hits(), cell.runs);
        return Err(format!("rate and ci95 of {hits} in {runs} runs"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;

    #[test]
    fn counts_that_fit_are_taken() {
        assert_eq!(check(&results()), Ok(()));
        let mut loom = results();
        loom.settings.detectors.push(LOOM.into());
        let mut cell = Cell {
            detector: LOOM.into(),
            runs: 1,
            manifested: 1,
            detected: 1,
            verdicts: Some([true].into_iter().collect()),
            ..loom.cells[0].clone()
        };
        cell = cell.with_rate();
        loom.cells.push(cell);
        assert_eq!(check(&loom), Ok(()));
    }

    #[test]
    fn what_cannot_be_is_refused_in_one_line_that_says_where() {
        let refused = |change: fn(&mut Results), expected: &str| {
            let mut results = results();
            change(&mut results);
            let error = check(&results).expect_err(expected);
            assert!(
                error.contains(expected) && error.lines().count() == 1,
                "{error}"
            );
        };
        refused(
            |r| r.cells[0].detected = 9,
            "fidge on map/two-locks (racy): expected detected of at most 4, found 9",
        );
        refused(
            |r| r.cells[0].false_reports = 5,
            "false_reports of at most 4",
        );
        refused(|r| r.cells[0].manifested = 5, "manifested of at most 4");
        refused(|r| r.cells[0].missed = 2, "missed of at most 1");
        refused(
            |r| (r.cells[0].crashed, r.cells[0].hung) = (3, 2),
            "hung of at most 1, found 2",
        );
        refused(|r| r.cells[0].runs = u64::MAX, "at most 1000000000000 runs");
        refused(
            |r| r.settings.runs = 5,
            "expected 5 runs as the settings have, found 4",
        );
        refused(|r| r.settings.runs = 0, "settings: expected runs from 1");
        for shard in ["7/3", "x", "01/3"] {
            let mut results = results();
            results.settings.shard = Some(shard.into());
            let error = check(&results).expect_err(shard);
            assert!(error.ends_with(&format!("found \"{shard}\"")), "{error}");
        }
        refused(
            |r| r.cells.push(r.cells[0].clone()),
            "expected one such cell, found two",
        );
        refused(
            |r| r.settings.detectors = vec!["oracle".into()],
            "expected a detector of the settings",
        );
        refused(|r| r.cells[0].median_ms = Some(-1.0), "median_ms from 0");
        refused(
            |r| r.cells[0].rate = Some(7.0),
            "rate and ci95 of 3 in 4 runs",
        );
        refused(|r| r.cells[0].ci95 = None, "rate and ci95 of 3 in 4 runs");
        refused(
            |r| r.cells[0].verdicts = Some([true; 4].into_iter().collect()),
            "verdicts that count 3 runs, found 4",
        );
        refused(
            |r| r.cells[0].verdicts = Some([true; 8].into_iter().collect()),
            "verdicts of 4 runs",
        );
        refused(
            |r| {
                r.cells[0].variant = Variant::Fixed;
            },
            "detected of at most 0, found 3",
        );
        refused(
            |r| {
                (r.settings.runs, r.cells[0].runs, r.cells[0].detected) = (3, 3, 3);
            },
            "verdicts of 3 runs, then zeros",
        );
    }
}
