//! The command line.

use crate::compare::{Shard, compare};
use crate::json::{Results, Settings};
use crate::mark::Site;
use crate::merge::merge;
use crate::scenario::{Expectation, Scenario};
use crate::verdict::unmet;
use crate::{catalog, detectors, output, table};
use clap::{Args, Parser, Subcommand};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  list                                  what there is, and where each race is in the source
  run                                   Fidge on every pair: races found, twins left alone?
  run map/ --runs 200                   one class, more runs, narrower intervals
  run two-locks --json two-locks.json   one pair; results in a file, whole after every cell
  compare --detectors fidge,cells4      side by side
  compare --shard 2/4 --json part2.json a quarter of the cells, for one of four machines
  merge part1.json part2.json           shards put together, repetitions added up
  replay run.std --detector lockset     what another detector says about one execution

Exit status:
  0  all is well
  1  `run`: a race that is in every run was missed, a rate was not reached, something was reported
     that is no race, or a program did not run
  2  bad input: a line on standard error says what was expected

Colours are left out where standard output is no terminal or NO_COLOR is set.";

const DETECTORS: &str = "Which detectors, separated by commas [default: all]:\n\n";

/// Deliberately injected races with ground truth, each with a race-free twin, and a runner that
/// measures how often detectors find them.
#[derive(Parser)]
#[command(name = "fidge-scenarios", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the scenarios
    List {
        /// As a JSON array, with citations and the marked lines
        #[arg(long)]
        json: bool,
    },
    /// Run Fidge on the racy programs and their twins; exit with 1 if it was wrong about any
    Run(Amount),
    /// Run several detectors on the same programs
    Compare {
        #[command(flatten)]
        amount: Amount,
        /// Which detectors, separated by commas [default: all]
        #[arg(long, value_name = "A,B", value_delimiter = ',')]
        #[arg(long_help = format!("{DETECTORS}{}", detectors::describe()))]
        detectors: Vec<String>,
        /// Only the I-th of N equal parts of the work
        #[arg(long, value_name = "I/N")]
        shard: Option<Shard>,
    },
    /// Run an offline detector over a recorded trace
    #[cfg(feature = "detect")]
    Replay {
        /// Fidge's own format, or the STD format of the RAPID tools (`.std`)
        #[arg(value_name = "TRACE")]
        trace: PathBuf,
        /// Which detector
        #[arg(long, value_name = "NAME", default_value = "oracle")]
        detector: String,
    },
    /// Add up the files that `run` or `compare` wrote with equal settings; JSON on standard output
    Merge {
        /// Files of schema "fidge-compare/1"
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

#[derive(Args)]
struct Amount {
    /// Only the scenarios whose CLASS/NAME contains this
    filter: Option<String>,
    /// How often each program is run
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    runs: u64,
    /// Seed of the small delays that vary the schedules
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Write the results to this file too
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Reads the command line, does what it says, and answers with the exit status.
pub fn main() -> ExitCode {
    match execute(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn execute(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::List { json: false } => output::print(&table::list(catalog::ALL))?,
        Command::List { json: true } => {
            let entries: Vec<_> = catalog::ALL.iter().copied().map(Entry::new).collect();
            output::print(&pretty(&entries))?;
        }
        Command::Run(amount) => return run(amount),
        Command::Compare {
            amount,
            detectors,
            shard,
        } => {
            let results = measure(&amount, &detectors, shard)?;
            output::print(&table::results(&results))?;
        }
        #[cfg(feature = "detect")]
        Command::Replay { trace, detector } => {
            output::print(&crate::replay::replay(&trace, &detector)?)?;
        }
        Command::Merge { files } => {
            let read = |path: PathBuf| Ok((path.display().to_string(), Results::read(&path)?));
            let files = files.into_iter().map(read).collect::<Result<_, String>>()?;
            output::print(&pretty(&merge(files)?))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn run(amount: Amount) -> Result<ExitCode, String> {
    let results = measure(&amount, &[detectors::FIDGE.name().to_owned()], None)?;
    output::print(&table::results(&results))?;
    let scenario = |path: String| catalog::ALL.iter().find(|s| s.path() == path);
    let unmet: Vec<_> = results
        .cells
        .iter()
        .filter_map(|cell| unmet(scenario(cell.path())?.expectation, cell))
        .collect();
    for line in &unmet {
        anstream::eprintln!("expectation failed: {line}");
    }
    Ok(ExitCode::from(u8::from(!unmet.is_empty())))
}

fn measure(amount: &Amount, names: &[String], shard: Option<Shard>) -> Result<Results, String> {
    let scenarios = catalog::select(amount.filter.as_deref())?;
    let detectors = detectors::select(names)?;
    let settings = Settings {
        runs: amount.runs,
        seed: amount.seed,
        filter: amount.filter.clone(),
        detectors: detectors.iter().map(|d| d.name().to_owned()).collect(),
        shard: shard.map(|shard| shard.to_string()),
    };
    compare(
        &scenarios,
        &detectors,
        shard,
        settings,
        amount.json.as_deref(),
    )
}

fn pretty(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("plain data") + "\n"
}

/// A scenario, as `list --json` has it.
#[derive(Serialize)]
struct Entry {
    class: &'static str,
    scenario: &'static str,
    story: &'static str,
    citation: &'static str,
    /// The least share of runs in which an exact detector reports the pair; 1 for all of them.
    expected_rate: f64,
    sites: [Site; 2],
}

impl Entry {
    fn new(scenario: &Scenario) -> Self {
        Entry {
            class: scenario.class,
            scenario: scenario.name,
            story: scenario.story,
            citation: scenario.citation,
            expected_rate: match scenario.expectation {
                Expectation::Always => 1.0,
                Expectation::Rate(min) => min,
            },
            sites: scenario.sites(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    #[cfg(feature = "detect")]
    fn every_example_of_the_help_parses() {
        let commands = EXAMPLES.lines().skip(1).take_while(|line| !line.is_empty());
        let mut count = 0;
        for line in commands {
            // What a command is and what it does are two columns.
            let command = line
                .trim()
                .get(..line.trim().len().min(38))
                .expect("ASCII")
                .split("  ")
                .next();
            let words = std::iter::once("fidge-scenarios")
                .chain(command.into_iter().flat_map(str::split_whitespace));
            Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"));
            count += 1;
        }
        assert_eq!(count, 8);
    }

    #[test]
    fn bad_input_is_one_line() {
        let amount = |filter: &str| Amount {
            filter: Some(filter.into()),
            runs: 1,
            seed: 1,
            json: None,
        };
        for error in [
            measure(&amount("nonesuch"), &[], None),
            measure(&amount("map"), &["nonesuch".into()], None),
        ] {
            let error = error.expect_err("there is no such thing");
            assert!(
                error.contains("`nonesuch`; there are: ") && error.lines().count() == 1,
                "{error}"
            );
        }
    }
}
