//! Adds up results of several files: shards of one comparison, or repetitions of it.

use crate::catalog;
use crate::json::{Cell, Results, Status};
use crate::scenario::Variant;
use crate::shard::Shard;
use std::collections::{BTreeSet, HashSet};

/// A file's results, and its name for the errors.
type Named = (String, Results);

/// One file's results out of several. All must have been asked for the same (shards aside, but of as many)
/// in the same environment, and none may have the runs of another; the error, one line, says which files do not
/// belong together, and why.
///
/// Counts are added, cell by cell, and verdicts follow one another. The cells are in the order of the catalogue,
/// as if it had been one comparison. The merged median time is the mean of
/// the medians, weighted by their runs: the median of all runs cannot be had from them.
///
/// # Panics
///
/// If there is no file.
pub fn merge(files: Vec<Named>) -> Result<Results, String> {
    let (first, others) = files.split_first().expect("at least one file");
    others.iter().try_for_each(|other| belongs(other, first))?;
    distinct(&files)?;
    let build = build(&files).cloned();
    let mut files = files.into_iter();
    let (_, mut merged) = files.next().expect("at least one file");
    merged.settings.shard = None;
    merged.environment.build = build;
    for (name, results) in files {
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

/// What whoever merges these should know, a line each: shards that are in none of them, other builds.
pub fn warnings(files: &[Named]) -> Vec<String> {
    let builds: BTreeSet<_> = files
        .iter()
        .filter_map(|(_, results)| results.environment.build.as_deref())
        .collect();
    let builds = (builds.len() > 1).then(|| {
        let names: Vec<_> = builds.into_iter().take(NAMED).collect();
        format!(
            "these files are of different builds, such as {}",
            names.join(" and ")
        )
    });
    absent(files).into_iter().chain(builds).collect()
}

/// How many of a long list a line names.
const NAMED: usize = 3;

/// Which shards of a comparison are in none of the files; `None` where the first is no shard.
fn absent(files: &[Named]) -> Option<String> {
    let named = |(_, results): &Named| results.settings.shard.as_deref()?.parse().ok();
    let here: HashSet<Shard> = files.iter().filter_map(named).collect();
    let shard: Shard = files.first().and_then(named)?;
    let first = shard
        .all()
        .filter(|shard| !here.contains(shard))
        .take(NAMED);
    let first: Vec<_> = first.map(|shard| shard.to_string()).collect();
    let first_names = first.join(", ");
    match (shard.count() - here.len(), first.len()) {
        (0, _) => None,
        (1, _) => Some(format!("shard {first_names} is in none of these files")),
        (all, named) if all == named => {
            Some(format!("shards {first_names} are in none of these files"))
        }
        (all, named) => {
            let more = all - named;
            Some(format!(
                "shards {first_names} and {more} more are in none of these files"
            ))
        }
    }
}

/// Whether the file was asked for what the first was, in the same environment.
fn belongs((name, results): &Named, (first_name, first): &Named) -> Result<(), String> {
    let differs = |what: &str, here: String, there: String| {
        Err(format!(
            "{name}: its {what} ({here}) is not that of {first_name} ({there})"
        ))
    };
    if let Some((what, here, there)) = results.settings.difference(&first.settings) {
        return differs(what, here, there);
    }
    let (here, there) = (&results.settings.shard, &first.settings.shard);
    if let (Some(here), Some(there)) = (here, there) {
        let count = |shard: &str| shard.split('/').next_back().map(str::to_owned);
        if count(here) != count(there) {
            return differs("shard", here.clone(), there.clone());
        }
    }
    let [here, there] = [results, first].map(|results| results.environment.of_any_build());
    if here != there {
        return differs("environment", json(&here), json(&there));
    }
    Ok(())
}

/// That no runs are counted twice, which would make intervals narrower than the runs allow.
fn distinct(files: &[Named]) -> Result<(), String> {
    for (i, (b, of_b)) in files.iter().enumerate() {
        for (a, of_a) in &files[..i] {
            let why = match (&of_a.settings.shard, &of_b.settings.shard) {
                (Some(x), Some(y)) if x == y => format!("both are shard {x}"),
                (Some(x), None) | (None, Some(x)) => {
                    format!("one is shard {x}, the other a whole: merge shards first")
                }
                (None, None) if has_runs(of_a) && of_a.cells == of_b.cells => {
                    "both have the same runs".to_owned()
                }
                _ => continue,
            };
            return Err(format!(
                "{b}: its runs would be counted twice with {a}: {why}"
            ));
        }
    }
    Ok(())
}

fn has_runs(results: &Results) -> bool {
    results.cells.iter().any(|cell| cell.runs > 0)
}

/// The build that all are of; `None` where they are of several, or one does not say.
fn build(files: &[Named]) -> Option<&String> {
    let mut builds = files
        .iter()
        .map(|(_, results)| results.environment.build.as_ref());
    let first = builds.next()??;
    builds.all(|build| build == Some(first)).then_some(first)
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

    fn shard(shard: &str) -> Named {
        let mut results = results();
        results.settings.shard = Some(shard.into());
        (format!("{shard}.json"), results)
    }

    #[test]
    fn a_shard_that_is_not_there_is_missed() {
        let missed = |shards: &[&str]| {
            let files: Vec<_> = shards.iter().map(|name| shard(name)).collect();
            warnings(&files).concat()
        };
        assert_eq!(
            missed(&["2/3", "1/3"]),
            "shard 3/3 is in none of these files"
        );
        assert_eq!(
            missed(&["2/3"]),
            "shards 1/3, 3/3 are in none of these files"
        );
        assert_eq!(
            missed(&["2/1000000000"]),
            "shards 1/1000000000, 3/1000000000, 4/1000000000 and 999999996 more are in none of these files"
        );
        assert_eq!(missed(&["1/2", "2/2"]), "");
        assert!(warnings(&[("whole".into(), results())]).is_empty());
        assert!(merge(vec![shard("1/2"), shard("2/3")]).is_err());
    }

    #[test]
    fn runs_are_not_counted_twice() {
        let whole = || ("whole.json".to_owned(), results());
        let copy = ("copy.json".to_owned(), results());
        for (files, expected) in [
            (
                vec![shard("1/2"), shard("1/2")],
                "1/2.json: both are shard 1/2",
            ),
            (
                vec![whole(), shard("1/2")],
                "whole.json: one is shard 1/2, the other a whole",
            ),
            (vec![whole(), copy], "whole.json: both have the same runs"),
        ] {
            let name = files[1].0.clone();
            let error = merge(files).expect_err(expected);
            assert!(
                error.starts_with(&name) && error.contains(expected) && error.lines().count() == 1,
                "{error}"
            );
        }
    }

    #[test]
    fn another_build_is_warned_of_and_the_sum_is_of_none() {
        let of = |build: Option<&str>, shard: &str| {
            let (name, mut results) = self::shard(shard);
            results.environment.build = build.map(str::to_owned);
            (name, results)
        };
        let sum = |a, b| {
            let files = vec![of(a, "1/2"), of(b, "2/2")];
            let said = warnings(&files).concat();
            (
                said,
                merge(files).expect("one comparison").environment.build,
            )
        };
        let (said, build) = sum(Some("f00"), Some("ba4"));
        assert_eq!(
            said,
            "these files are of different builds, such as ba4 and f00"
        );
        assert_eq!(build, None);
        assert_eq!(
            sum(Some("f00"), Some("f00")),
            (String::new(), Some("f00".into()))
        );
        assert_eq!(sum(Some("f00"), None), (String::new(), None));
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
