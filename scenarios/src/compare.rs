//! Goes through the grid of scenarios, variants and detectors, and keeps the results safe.

use crate::detectors::Detector;
use crate::json::{Results, Settings};
use crate::runner::measure;
use crate::scenario::{Scenario, Variant};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// The `index`-th of `count` parts of a grid, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    fn contains(self, cell: usize) -> bool {
        cell % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(index, count)| {
            Some(Shard {
                index: index.parse().ok()?,
                count: count.parse().ok()?,
            })
        });
        match parsed {
            Some(shard) if (1..=shard.count).contains(&shard.index) => Ok(shard),
            _ => Err("expected I/N with I from 1 to N, such as 2/4".to_owned()),
        }
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

/// Measures every cell, or those of the shard. With a file, results are in it after each cell, and
/// one that cannot be written is an error before anything runs.
pub fn compare(
    scenarios: &[&Scenario],
    detectors: &[&dyn Detector],
    shard: Option<Shard>,
    settings: Settings,
    file: Option<&Path>,
) -> Result<Results, String> {
    let save = |results: &Results| file.map_or(Ok(()), |path| results.save(path));
    let mut grid = Vec::new();
    for scenario in scenarios {
        for variant in Variant::BOTH {
            grid.extend(
                detectors
                    .iter()
                    .map(|detector| (*scenario, variant, *detector)),
            );
        }
    }
    if let Some(shard) = shard {
        let mut cell = 0..;
        grid.retain(|_| shard.contains(cell.next().expect("endless")));
    }
    let amount = (settings.runs, settings.seed);
    let mut results = Results::new(settings);
    save(&results)?;
    let progress = Progress::new(grid.len() as u64 * amount.0);
    for (done, (scenario, variant, detector)) in (0u64..).zip(grid) {
        progress.cell(done * amount.0, scenario, variant, detector);
        results
            .cells
            .push(measure(scenario, variant, detector, amount, || {
                progress.run_done()
            }));
        save(&results)?;
    }
    Ok(results)
}

/// A bar on the terminal, from the third second on; nothing where standard error is none.
struct Progress {
    bar: ProgressBar,
    start: Instant,
}

impl Progress {
    const SILENCE: Duration = Duration::from_secs(2);

    fn new(runs: u64) -> Self {
        let style =
            ProgressStyle::with_template("{bar:30.cyan/dim} {percent:>3}% {eta:>4} left  {msg}")
                .expect("a valid template");
        let bar = ProgressBar::with_draw_target(Some(runs), ProgressDrawTarget::hidden());
        Progress {
            bar: bar.with_style(style),
            start: Instant::now(),
        }
    }

    fn cell(&self, done: u64, scenario: &Scenario, variant: Variant, detector: &dyn Detector) {
        self.bar.set_position(done); // of a cell that did not run, too
        let variant = variant.name();
        self.bar
            .set_message(format!("{} {variant} {}", scenario.path(), detector.name()));
    }

    fn run_done(&self) {
        if self.bar.is_hidden() && self.start.elapsed() > Self::SILENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{catalog, detectors};

    fn settings() -> Settings {
        Settings {
            runs: 1,
            seed: 3,
            filter: None,
            detectors: Vec::new(),
            shard: None,
        }
    }

    #[test]
    fn every_cell_of_the_grid_is_measured_and_saved() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("results.json");
        let results = compare(
            &catalog::ALL[..2],
            detectors::ALL,
            None,
            settings(),
            Some(&path),
        );
        let results = results.expect("writable");
        assert_eq!(results.cells.len(), 2 * 2 * detectors::ALL.len());
        assert_eq!(Results::read(&path), Ok(results));
    }

    #[test]
    fn shards_cover_the_grid_without_overlap() {
        let cells = |shard: &str| {
            let shard = Some(shard.parse().expect("a shard"));
            let results = compare(&catalog::ALL[..2], detectors::ALL, shard, settings(), None);
            results.expect("nothing to write").cells
        };
        let mut names: Vec<_> = ["1/3", "2/3", "3/3"]
            .iter()
            .flat_map(|shard| cells(shard))
            .map(|c| format!("{} {} {}", c.path(), c.variant.name(), c.detector))
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 2 * 2 * detectors::ALL.len());
    }

    #[test]
    fn a_file_that_cannot_be_written_is_an_error_before_anything_runs() {
        let path = Path::new("no-such-folder/results.json");
        let error = compare(catalog::ALL, detectors::ALL, None, settings(), Some(path));
        assert!(
            error
                .expect_err("no folder")
                .starts_with("no-such-folder/results.json: ")
        );
    }

    #[test]
    fn a_shard_is_one_of_so_many() {
        assert_eq!(
            "2/4".parse::<Shard>().map(|s| s.to_string()),
            Ok("2/4".to_owned())
        );
        for bad in ["0/4", "5/4", "2", "a/b", "1/0", ""] {
            assert!(bad.parse::<Shard>().is_err(), "{bad}");
        }
    }
}
