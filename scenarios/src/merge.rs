//! Adds up results of several files: shards of one comparison, or repetitions of it.

use crate::catalog;
use crate::json::{Cell, Results, Status};
use crate::scenario::Variant;
use crate::shard::Shard;

/// One file's results out of several. All must have been asked for the same (shards aside, but of as many)
/// in the same environment; `files` gives each a name for the error, one line, that says which differs.
///
/// Counts are added, cell by cell, and verdicts follow one another. The cells are in the order of the catalogue,
/// as if it had been one comparison. The merged median time is the mean of
/// the medians, weighted by their runs: the median of all runs cannot be had from them.
///
/// # Panics
///
/// If there is no file.
pub fn merge(files: Vec<(String, Results)>) -> Result<Results, String> {
    let mut files = files.into_iter();
    let (first_name, mut merged) = files.next().expect("at least one file");
    let shard = merged.settings.shard.take();
    for (name, results) in files {
        let differs = |what: &str, here: String, there: String| {
            Err(format!(
                "{name}: its {what} ({here}) is not that of {first_name} ({there})"
            ))
        };
        if let Some((what, here, there)) = results.settings.difference(&merged.settings) {
            return differs(what, here, there);
        }
        if let (Some(here), Some(there)) = (&results.settings.shard, &shard) {
            let count = |shard: &str| shard.split('/').next_back().map(str::to_owned);
            if count(here) != count(there) {
                return differs("shard", here.clone(), there.clone());
            }
        }
        if results.environment != merged.environment {
            let (here, there) = (json(&results.environment), json(&merged.environment));
            return differs("environment", here, there);
        }
        for cell in results.cells {
            match merged.cells.iter_mut().find(|c| is_same(c, &cell)) {
                Some(sum) => add(sum, cell).map_err(|e| format!("{name}: {e}"))?,
                None => merged.cells.push(cell),
            }
        }
    }
    let detectors = merged.settings.detectors.clone();
    merged.cells.sort_by_cached_key(|cell| {
        let path = cell.path();
        let place = catalog::ALL.iter().position(|s| s.path() == path);
        let detector = detectors.iter().position(|name| *name == cell.detector);
        // A program of an older catalogue comes last.
        let place = place.unwrap_or(usize::MAX);
        (place, cell.variant == Variant::Fixed, detector)
    });
    Ok(merged.with_summary())
}

/// Which shards of a comparison are in none of the files, `3/4`; none where the first is no shard.
pub fn absent(files: &[(String, Results)]) -> Vec<String> {
    let named = |(_, results): &(String, Results)| results.settings.shard.clone();
    let here: Vec<_> = files.iter().filter_map(named).collect();
    let first = files.first().and_then(named);
    let Some(Ok(shard)) = first.map(|shard| shard.parse::<Shard>()) else {
        return Vec::new();
    };
    let all = shard.all().map(|shard| shard.to_string());
    all.filter(|shard| !here.contains(shard)).collect()
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("plain data")
}

fn is_same(a: &Cell, b: &Cell) -> bool {
    (&a.class, &a.scenario, a.variant, &a.detector)
        == (&b.class, &b.scenario, b.variant, &b.detector)
}

fn add(sum: &mut Cell, cell: Cell) -> Result<(), String> {
    if (sum.status == Status::Unavailable) != (cell.status == Status::Unavailable) {
        let (path, detector) = (cell.path(), &cell.detector);
        return Err(format!(
            "{detector} on {path} is unavailable in one file and not in another"
        ));
    }
    sum.median_ms = match (sum.median_ms, cell.median_ms) {
        (Some(a), Some(b)) => {
            let (n, m) = (sum.runs as f64, cell.runs as f64);
            Some((a * n + b * m) / (n + m))
        }
        (a, b) => a.or(b),
    };
    if cell.status == Status::Failed || sum.reason.is_none() {
        sum.reason = cell.reason;
    }
    if cell.status == Status::Failed {
        sum.status = cell.status;
    }
    sum.verdicts = match (&sum.verdicts, &cell.verdicts) {
        (Some(a), Some(b)) => Some(a.then(sum.runs, b, cell.runs)),
        _ => None,
    };
    sum.peak_bytes = sum.peak_bytes.max(cell.peak_bytes);
    sum.crashed += cell.crashed;
    sum.hung += cell.hung;
    sum.runs += cell.runs;
    sum.manifested += cell.manifested;
    sum.detected += cell.detected;
    sum.missed += cell.missed;
    sum.false_reports += cell.false_reports;
    *sum = sum.clone().with_rate();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;
    use crate::schedule::Schedule;

    fn two(a: Results, b: Results) -> Result<Results, String> {
        merge(vec![("a.json".into(), a), ("b.json".into(), b)])
    }

    #[test]
    fn counts_of_equal_settings_are_added() {
        let mut other = results();
        other.cells[0].detected = 4;
        other.cells[0].median_ms = Some(2.5);
        let merged = two(results(), other).expect("equal settings");
        let cell = &merged.cells[0];
        assert_eq!((cell.runs, cell.manifested, cell.detected), (8, 2, 7));
        assert_eq!((cell.rate, cell.median_ms), (Some(0.875), Some(2.0)));
        assert_eq!(merged.cells.len(), 2);
    }

    #[test]
    fn what_has_come_to_the_schema_is_added_too() {
        let mut other = results();
        (other.cells[0].crashed, other.cells[0].hung) = (1, 2);
        other.cells[0].peak_bytes = Some(9000);
        let merged = two(results(), other).expect("equal settings");
        let cell = &merged.cells[0];
        assert_eq!(
            (cell.crashed, cell.hung, cell.peak_bytes),
            (1, 2, Some(9000))
        );
        assert_eq!(
            cell.verdicts.clone().map(String::from).as_deref(),
            Some("bb")
        );
        let rates = &merged.summary.expect("there is one").rates[0];
        assert_eq!(
            (rates.false_negatives.hits, rates.false_negatives.runs),
            (2, 8)
        );
    }

    #[test]
    fn verdicts_of_some_of_the_runs_are_none_of_the_sum() {
        let mut old = results();
        old.cells[0].verdicts = None;
        let merged = two(results(), old).expect("equal settings");
        assert_eq!(
            (merged.cells[0].runs, &merged.cells[0].verdicts),
            (8, &None)
        );
    }

    #[test]
    fn a_shard_that_is_not_there_is_missed() {
        let shard = |shard: &str| {
            let mut results = results();
            results.settings.shard = Some(shard.into());
            (shard.to_owned(), results)
        };
        assert_eq!(absent(&[shard("2/3"), shard("1/3")]), ["3/3"]);
        assert!(absent(&[("whole".into(), results())]).is_empty());
        assert!(merge(vec![shard("1/2"), shard("2/3")]).is_err());
    }

    #[test]
    fn shards_are_put_together() {
        let (mut a, mut b) = (results(), results());
        a.settings.shard = Some("1/2".into());
        b.settings.shard = Some("2/2".into());
        let last = a.cells.remove(1);
        b.cells.remove(0);
        let merged = two(a, b).expect("shards of one comparison");
        assert_eq!((merged.cells.len(), &merged.cells[1]), (2, &last));
        assert_eq!(merged.settings.shard, None);
    }

    #[test]
    fn the_cells_are_in_the_order_of_one_comparison() {
        let whole = || {
            let mut whole = results();
            let of = |cell: &Cell, class: &str, scenario: &str, variant| Cell {
                class: class.into(),
                scenario: scenario.into(),
                variant,
                ..cell.clone()
            };
            whole.cells = ["write-write", "two-locks"]
                .into_iter()
                .flat_map(|name| Variant::BOTH.map(|variant| (name, variant)))
                .flat_map(|(name, variant)| {
                    results()
                        .cells
                        .into_iter()
                        .map(move |cell| of(&cell, "map", name, variant))
                })
                .collect();
            whole
        };
        let (mut a, mut b) = (whole(), whole());
        let odd = |cell: &Cell| (cell.variant == Variant::Racy) == (cell.scenario == "two-locks");
        a.cells.retain(odd);
        b.cells.retain(|cell| !odd(cell));
        let merged = two(a, b).expect("shards of one comparison");
        assert_eq!(merged.cells, whole().cells);
    }

    #[test]
    fn what_does_not_belong_together_is_refused_in_one_line() {
        let refused = |change: fn(&mut Results), expected: &str| {
            let mut other = results();
            change(&mut other);
            let error = two(results(), other).expect_err(expected);
            assert!(
                error.contains(expected) && error.lines().count() == 1,
                "{error}"
            );
        };
        refused(
            |r| r.settings.runs = 5,
            "b.json: its number of runs (5) is not that of a.json (4)",
        );
        refused(|r| r.settings.seed = 2, "seed (2)");
        refused(
            |r| r.settings.filter = Some("map".into()),
            "filter (`map`) is not that of a.json (none)",
        );
        refused(|r| r.settings.detectors.truncate(1), "detectors (fidge)");
        refused(
            |r| r.settings.schedule = Schedule::Free,
            "schedule (free) is not that of a.json (steered)",
        );
        refused(|r| r.settings.timeout_s = Some(1), "time limit (1 s)");
        refused(|r| r.settings.jobs = 2, "number of jobs (2)");
        refused(|r| r.settings.isolate = true, "isolation (true)");
        refused(|r| r.environment.os = "plan9".into(), "environment");
        refused(
            |r| r.cells[1].status = Status::Ran,
            "oracle on map/two-locks is unavailable",
        );
    }
}
