//! The command line.

use crate::compare::{Shard, compare};
use crate::json::{Results, Settings};
use crate::mark::Site;
use crate::merge::merge;
use crate::scenario::{Certificate, Expectation, Scenario, Variant};
use crate::verdict::unmet;
use crate::{catalog, detectors, help, one, output, table};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

const DETECTORS: &str = "Which detectors, separated by commas [default: all]:\n\n";

/// Deliberately injected races with ground truth, each with a race-free twin, and a runner that
/// measures how often detectors find them.
#[derive(Parser)]
#[command(name = "fidge-scenarios", version, after_help = help::TOP, max_term_width = 100, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the scenarios
    #[command(after_help = help::LIST)]
    List {
        /// As a JSON array, with citations and the marked lines
        #[arg(long)]
        json: bool,
    },
    /// Run Fidge on the racy programs and their twins; exit with 1 if it was wrong about any
    #[command(after_help = help::RUN)]
    Run {
        #[command(flatten)]
        amount: Amount,
        /// Also record one more execution of each program, as DIR/CLASS.NAME.VARIANT.fidge
        #[cfg(feature = "detect")]
        #[arg(long, value_name = "DIR")]
        record: Option<PathBuf>,
    },
    /// Run several detectors on the same programs
    #[command(after_help = help::COMPARE)]
    Compare {
        #[command(flatten)]
        amount: Amount,
        /// Which detectors, separated by commas [default: all]
        #[arg(long, value_name = "A,B", value_delimiter = ',')]
        #[arg(long_help = format!("{DETECTORS}{}", detectors::describe()))]
        detectors: Vec<String>,
        /// Only the I-th of N equal parts of the programs
        #[arg(long, value_name = "I/N")]
        shard: Option<Shard>,
    },
    /// Run an offline detector over a recorded execution
    #[cfg(feature = "detect")]
    #[command(after_help = help::REPLAY)]
    Replay {
        /// Fidge's own format, or the STD format of the RAPID tools (`.std`)
        #[arg(value_name = "TRACE")]
        trace: PathBuf,
        /// Which detector: oracle, lockset, cells4 or sampled
        #[arg(long, value_name = "NAME", default_value = "oracle")]
        detector: String,
    },
    /// Run one program once, in this process, unwatched; `outcome: right` or `outcome: wrong` is its last line
    #[command(hide = true)]
    One {
        /// CLASS/NAME
        scenario: String,
        /// racy or fixed
        variant: Variant,
        /// Seed of the small delays
        #[arg(long, value_name = "S", default_value_t = 1)]
        seed: u64,
        /// Which of the runs of this seed, from 0
        #[arg(long, value_name = "N", default_value_t = 0)]
        run: u64,
    },
    /// Add up the files that `run` or `compare` wrote with equal settings; JSON on standard output
    #[command(after_help = help::MERGE)]
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
    let done = match Cli::try_parse() {
        Ok(cli) => execute(cli.command),
        Err(error) if is_help(error.kind()) => error.exit(),
        Err(error) => Err(one_line(&error)),
    };
    done.unwrap_or_else(|error| {
        anstream::eprintln!("error: {error}");
        ExitCode::from(2)
    })
}

fn is_help(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::DisplayHelp
            | ErrorKind::DisplayVersion
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// What is wrong with a command line, and what there is where that is a short list.
fn one_line(error: &clap::Error) -> String {
    let text = error.to_string();
    let whole = text.split("\n\n").next().unwrap_or(&text);
    let words: Vec<_> = whole.split_whitespace().collect();
    let line = words.join(" ");
    let line = line.strip_prefix("error: ").unwrap_or(&line);
    let command = Cli::command();
    let names: Vec<_> = command.get_subcommands().map(|c| c.get_name()).collect();
    match error.kind() {
        ErrorKind::InvalidSubcommand => format!("{line}; there are: {}", names.join(", ")),
        _ => format!("{line}; see --help"),
    }
}

fn execute(command: Command) -> Result<ExitCode, String> {
    match command {
        Command::List { json: false } => output::print(&table::list(catalog::ALL))?,
        Command::List { json: true } => {
            let entries: Vec<_> = catalog::ALL.iter().copied().map(Entry::new).collect();
            output::print(&pretty(&entries))?;
        }
        Command::Run {
            amount,
            #[cfg(feature = "detect")]
            record,
        } => {
            #[cfg(feature = "detect")]
            if let Some(folder) = &record {
                crate::replay::record(&select(&amount)?, folder, amount.seed)?;
            }
            return run(amount);
        }
        Command::Compare {
            amount,
            detectors,
            shard,
        } => {
            let results = measure(&amount, &detectors, shard)?;
            output::print(&table::results(&results))?;
            output::print(&table::summary(&results))?;
        }
        #[cfg(feature = "detect")]
        Command::Replay { trace, detector } => {
            output::print(&crate::replay::replay(&trace, &detector)?)?;
        }
        Command::One {
            scenario,
            variant,
            seed,
            run,
        } => {
            let program = catalog::find(&scenario)?.program(variant);
            output::print(&one::line(one::run(program, seed, run)))?;
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
    let start = Instant::now();
    let results = measure(&amount, &[detectors::FIDGE.name().to_owned()], None)?;
    output::print(&table::results(&results))?;
    let scenario = |path: String| catalog::ALL.iter().find(|s| s.path() == path);
    let unmet: Vec<_> = results
        .cells
        .iter()
        .filter_map(|cell| unmet(scenario(cell.path())?.expectation, cell))
        .collect();
    let (programs, runs) = (results.cells.len(), amount.runs);
    output::print(&format!(
        "as expected: {} of {programs} programs ({runs} runs each, {:.0} s)\n",
        programs - unmet.len(),
        start.elapsed().as_secs_f64()
    ))?;
    for line in &unmet {
        anstream::eprintln!("expectation failed: {line}");
    }
    Ok(ExitCode::from(u8::from(!unmet.is_empty())))
}

fn select(amount: &Amount) -> Result<Vec<&'static Scenario>, String> {
    catalog::select(amount.filter.as_deref())
}

fn measure(amount: &Amount, names: &[String], shard: Option<Shard>) -> Result<Results, String> {
    let scenarios = select(amount)?;
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
    /// `data-race`, `aba`, ...
    kind: &'static str,
    depth: u8,
    certificate: &'static str,
    /// The least share of runs in which an exact detector reports the pair; 1 for all of them, absent
    /// where it is all runs that go wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    expected_rate: Option<f64>,
    sites: [Site; 2],
}

impl Entry {
    fn new(scenario: &Scenario) -> Self {
        Entry {
            class: scenario.class,
            scenario: scenario.name,
            story: scenario.story,
            citation: scenario.citation,
            kind: scenario.kind.name(),
            depth: scenario.depth,
            certificate: match scenario.certificate {
                Certificate::Schedule => "schedule",
                Certificate::Oracle => "oracle",
            },
            expected_rate: match scenario.expectation {
                Expectation::Always => Some(1.0),
                Expectation::Rate(min) => Some(min),
                Expectation::Manifested => None,
            },
            sites: scenario.sites(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    #[cfg(feature = "detect")]
    fn every_example_of_the_help_parses() {
        for example in help::tests::examples() {
            let words = std::iter::once("fidge-scenarios").chain(example.split_whitespace());
            Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{example}: {error}"));
        }
    }

    #[test]
    fn a_command_line_that_does_not_parse_is_answered_in_one_line() {
        let error = |arguments: &[&str]| {
            let words = [&["fidge-scenarios"], arguments].concat();
            one_line(&Cli::try_parse_from(words).err().expect("it does not parse"))
        };
        let jump = error(&["jump"]);
        assert!(
            jump.contains("'jump'; there are: list, run, compare, "),
            "{jump}"
        );
        for arguments in [
            &["run", "--runs", "0"][..],
            &["compare", "--shard", "5/4"],
            &["merge"],
            &["list", "--jsn"],
        ] {
            let line = error(arguments);
            assert!(
                line.lines().count() == 1 && line.ends_with("; see --help"),
                "{line}"
            );
        }
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
