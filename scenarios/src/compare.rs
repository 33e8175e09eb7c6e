//! Goes through the programs under all detectors, and keeps the results safe.

use crate::detectors::Detector;
use crate::json::{Results, Settings};
use crate::runner::measure;
use crate::scenario::{Scenario, Variant};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::Path;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// The `index`-th of `count` parts of the programs, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

impl Shard {
    fn contains(self, program: usize) -> bool {
        program % self.count == self.index - 1
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

/// Measures every program, or those of the shard, under all detectors. With a file, results are in
/// it after each program, and one that cannot be written is an error before anything runs.
pub fn compare(
    scenarios: &[&Scenario],
    detectors: &[Detector],
    shard: Option<Shard>,
    settings: Settings,
    file: Option<&Path>,
) -> Result<Results, String> {
    let save = |results: &Results| file.map_or(Ok(()), |path| results.save(path));
    let programs = scenarios
        .iter()
        .flat_map(|scenario| Variant::BOTH.map(|variant| (*scenario, variant)));
    let mut grid: Vec<_> = programs.collect();
    if let Some(shard) = shard {
        let mut program = 0..;
        grid.retain(|_| shard.contains(program.next().expect("endless")));
    }
    let amount = (settings.runs, settings.seed);
    let mut results = Results::new(settings);
    save(&results)?;
    let verdicts = detectors.len() as u64 * amount.0;
    let progress = Progress::new(grid.len() as u64 * verdicts);
    for (done, (scenario, variant)) in (0u64..).zip(grid) {
        progress.program(done * verdicts, scenario, variant);
        results
            .cells
            .extend(measure(scenario, variant, detectors, amount, || {
                progress.verdict()
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

    fn program(&self, done: u64, scenario: &Scenario, variant: Variant) {
        self.bar.set_position(done); // of a cell that did not run, too
        self.bar
            .set_message(format!("{} {}", scenario.path(), variant.name()));
    }

    fn verdict(&self) {
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
