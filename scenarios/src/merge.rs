//! Adds up results of several files: shards of one comparison, or repetitions of it.

use crate::json::{Cell, Results, Status};

/// One file's results out of several. All must have been asked for the same (shards aside) in the
/// same environment; `files` gives each a name for the error, one line, that says which differs.
///
/// Counts are added, cell by cell. The merged median time is the mean of the medians, weighted by
/// their runs: the median of all runs cannot be had from them.
///
/// # Panics
///
/// If there is no file.
pub fn merge(files: Vec<(String, Results)>) -> Result<Results, String> {
    let mut files = files.into_iter();
    let (first_name, mut merged) = files.next().expect("at least one file");
    merged.settings.shard = None;
    for (name, mut results) in files {
        results.settings.shard = None;
        let differs = |what: &str, here: String, there: String| {
            Err(format!(
                "{name}: its {what} ({here}) is not that of {first_name} ({there})"
            ))
        };
        let (here, there) = (&results.settings, &merged.settings);
        if here.runs != there.runs {
            return differs(
                "number of runs",
                here.runs.to_string(),
                there.runs.to_string(),
            );
        }
        if here.seed != there.seed {
            return differs("seed", here.seed.to_string(), there.seed.to_string());
        }
        if here.filter != there.filter {
            return differs(
                "filter",
                format!("{:?}", here.filter),
                format!("{:?}", there.filter),
            );
        }
        if here.detectors != there.detectors {
            return differs(
                "detectors",
                here.detectors.join(","),
                there.detectors.join(","),
            );
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
    Ok(merged)
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
    if cell.status == Status::Failed {
        (sum.status, sum.reason) = (cell.status, cell.reason);
    }
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
            "filter (Some(\"map\"))",
        );
        refused(|r| r.settings.detectors.truncate(1), "detectors (fidge)");
        refused(|r| r.environment.os = "plan9".into(), "environment");
        refused(
            |r| r.cells[1].status = Status::Ran,
            "oracle on map/two-locks is unavailable",
        );
    }
}
