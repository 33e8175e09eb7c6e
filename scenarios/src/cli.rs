//! The command line.

use crate::compare::{Plan, compare};
use crate::detectors::Detector;
use crate::journal::partial;
use crate::json::{Results, Settings};
use crate::mark::Site;
use crate::merge::{merge, warnings};
use crate::page::Pictures;
use crate::scenario::{Certificate, Expectation, Scenario, Variant};
use crate::schedule::Schedule;
use crate::shard::Shard;
use crate::verdict::unmet;
use crate::watch::{Task, watch};
use crate::worker::Line;
use crate::{catalog, detectors, forks, help, one, output, process, table};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread::available_parallelism;
use std::time::Instant;

const DETECTORS: &str = "Which detectors, separated by commas [default: those that need nothing else; \
                         with --full all]:\n\n";

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
        /// A whole campaign: all detectors, and 20 runs unless --runs says otherwise
        #[arg(long)]
        full: bool,
        /// Which detectors, separated by commas [default: those that need nothing else]
        #[arg(long, value_name = "A,B", value_delimiter = ',')]
        #[arg(long_help = format!("{DETECTORS}{}", detectors::describe()))]
        detectors: Vec<String>,
        /// Only the I-th of N equal parts of the programs
        #[arg(long, value_name = "I/N")]
        shard: Option<Shard>,
        #[command(flatten)]
        pictures: Pictures,
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
    /// Run one program once, in this process, unwatched; the last line is `outcome: right` or `outcome: wrong`
    #[command(hide = true)]
    One {
        /// CLASS/NAME
        scenario: String,
        /// racy or fixed
        variant: Variant,
        #[arg(long, default_value_t = Schedule::Free)]
        schedule: Schedule,
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Which of the runs of this seed, from 0
        #[arg(long, default_value_t = 0)]
        run: u64,
        /// All runs from there to before this one, each in a process that is forked from this one
        #[arg(long)]
        to: Option<u64>,
    },
    /// Watch runs of one program, in this process; a line of JSON for each
    #[command(hide = true)]
    Work {
        /// CLASS/NAME
        scenario: String,
        /// racy or fixed
        variant: Variant,
        #[arg(long, value_delimiter = ',', required = true)]
        detectors: Vec<String>,
        #[arg(long)]
        schedule: Schedule,
        #[arg(long)]
        seed: u64,
        /// The first run
        #[arg(long)]
        from: u64,
        /// The run before which to stop
        #[arg(long)]
        to: u64,
    },
    /// Add up the files that `run` or `compare` wrote with equal settings: JSON on standard output, or
    /// pictures
    #[command(after_help = help::MERGE)]
    Merge {
        /// Files of schema "fidge-compare/1"
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        pictures: Pictures,
    },
}

#[derive(Args)]
struct Amount {
    /// Only the scenarios whose CLASS/NAME contains this
    filter: Option<String>,
    /// How often each program is run [default: 20, of `compare` without --full 3]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    runs: Option<u64>,
    /// `steered`: the steps of a program favour the order in which its fault shows; `free`: they come as
    /// they may
    #[arg(long, value_name = "HOW", default_value_t = Schedule::Steered)]
    schedule: Schedule,
    /// Seed of the small delays that vary the schedules
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// Write the results to this file, and as they come to FILE.partial, from where the same command
    /// goes on after a kill
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// How many programs at a time; with more than 1, times are those of a busy machine
    /// [default: one a core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// How long a run may take; one that takes longer has hung
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// A process for each run, started for it alone
    #[arg(long)]
    isolate: bool,
}

/// Reads the command line, does what it says, and answers with the exit status.
pub fn main() -> ExitCode {
    let done = match Cli::try_parse() {
        Ok(cli) => execute(cli.command),
        Err(error) if is_help(error.kind()) => help(&error),
        Err(error) => Err(one_line(&error)),
    };
    done.unwrap_or_else(|error| {
        output::complain(&format!("error: {error}"));
        ExitCode::from(2)
    })
}

/// What was asked for is on standard output, and on standard error where nothing was asked for.
fn help(error: &clap::Error) -> Result<ExitCode, String> {
    if error.use_stderr() {
        let _ = error.print();
        return Ok(ExitCode::from(2));
    }
    output::help(error)?;
    Ok(ExitCode::SUCCESS)
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
    let shown = command.get_subcommands().filter(|c| !c.is_hide_set());
    let names: Vec<_> = shown.map(|c| c.get_name()).collect();
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
                let (schedule, seed) = (amount.schedule, amount.seed);
                crate::replay::record(&select(&amount)?, folder, schedule, seed)?;
            }
            return run(amount);
        }
        Command::Compare {
            mut amount,
            full,
            detectors: names,
            shard,
            pictures,
        } => {
            let results = amount.json.iter();
            let results = results.flat_map(|file| [file.clone(), partial(file)]);
            pictures.check(&results.collect::<Vec<_>>())?;
            let chosen = match (names.is_empty(), full) {
                (false, _) => detectors::select(&names)?,
                (true, true) => detectors::ALL.to_vec(),
                (true, false) => at_hand(),
            };
            amount.runs.get_or_insert(if full { 20 } else { 3 });
            let results = measure(&amount, chosen, shard)?;
            pictures.write(&results)?;
            if let (Some(shard), []) = (shard, &results.cells[..]) {
                let programs = 2 * select(&amount)?.len();
                output::print(&format!(
                    "shard {shard} is empty: there are {programs} programs\n"
                ))?;
                return Ok(ExitCode::SUCCESS);
            }
            output::print(&table::matrix(&results))?;
            output::print(&table::summary(&results))?;
            if names.is_empty() && !full {
                output::print(&format!("{}\n", first_try()))?;
            }
        }
        #[cfg(feature = "detect")]
        Command::Replay { trace, detector } => {
            output::print(&crate::replay::replay(&trace, &detector)?)?;
        }
        Command::One {
            scenario,
            variant,
            schedule,
            seed,
            run,
            to,
        } => {
            process::end_with_parent();
            let task = Task {
                scenario: catalog::find(&scenario)?,
                variant,
                schedule,
                seed,
                runs: run..to.unwrap_or(run + 1),
            };
            let here = match to {
                Some(_) => forks::each(task.runs.clone())?,
                None => Some(run),
            };
            if let Some(run) = here {
                output::print(&one::run(&task, run))?;
            }
        }
        Command::Work {
            scenario,
            variant,
            detectors: names,
            schedule,
            seed,
            from,
            to,
        } => {
            process::end_with_parent();
            let task = Task {
                scenario: catalog::find(&scenario)?,
                variant,
                schedule,
                seed,
                runs: from..to,
            };
            let detectors = detectors::select(&names)?;
            watch(
                &task,
                &detectors.iter().collect::<Vec<_>>(),
                |detector, run| {
                    let detector = detector.name().to_owned();
                    let line = serde_json::to_string(&Line { detector, run }).expect("plain data");
                    output::print(&format!("{line}\n"))
                },
            )?;
        }
        Command::Merge { files, pictures } => {
            pictures.check(&files)?;
            let read = |path: PathBuf| Ok((path.display().to_string(), Results::read(&path)?));
            let files: Vec<_> = files.into_iter().map(read).collect::<Result<_, String>>()?;
            let warnings = warnings(&files);
            let merged = merge(files)?;
            for warning in warnings {
                output::complain(&format!("warning: {warning}"));
            }
            if pictures.wanted() {
                pictures.write(&merged)?;
            } else {
                output::print(&pretty(&merged))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn run(mut amount: Amount) -> Result<ExitCode, String> {
    let start = Instant::now();
    let runs = *amount.runs.get_or_insert(20);
    let results = measure(&amount, vec![detectors::FIDGE], None)?;
    output::print(&table::results(&results))?;
    let scenario = |path: String| catalog::ALL.iter().find(|s| s.path() == path);
    let unmet: Vec<_> = results
        .cells
        .iter()
        .filter_map(|cell| unmet(scenario(cell.path())?.expectation, cell))
        .collect();
    let programs = results.cells.len();
    output::print(&format!(
        "as expected: {} of {programs} programs ({runs} runs each, {:.0} s)\n",
        programs - unmet.len(),
        start.elapsed().as_secs_f64()
    ))?;
    for line in &unmet {
        output::complain(&format!("expectation failed: {line}"));
    }
    Ok(ExitCode::from(u8::from(!unmet.is_empty())))
}

fn select(amount: &Amount) -> Result<Vec<&'static Scenario>, String> {
    catalog::select(amount.filter.as_deref())
}

fn at_hand() -> Vec<Detector> {
    let at_hand = detectors::ALL.iter().filter(|d| d.is_at_hand());
    at_hand.copied().collect()
}

/// What a comparison without further words leaves out.
fn first_try() -> String {
    let others = detectors::ALL.iter().filter(|d| !d.is_at_hand());
    let others: Vec<_> = others.map(|d| d.name()).collect();
    format!(
        "This was a first try. Not asked for: {}. --detectors names some of them, --full has them all and 20 \
         runs.",
        others.join(", ")
    )
}

/// `amount.runs` must be there.
fn measure(
    amount: &Amount,
    detectors: Vec<Detector>,
    shard: Option<Shard>,
) -> Result<Results, String> {
    let jobs = amount.jobs.map(usize::from);
    let settings = Settings {
        runs: amount.runs.expect("each command has its default"),
        seed: amount.seed,
        schedule: amount.schedule,
        filter: amount.filter.clone(),
        detectors: detectors.iter().map(|d| d.name().to_owned()).collect(),
        shard: shard.map(|shard| shard.to_string()),
        timeout_s: Some(amount.timeout),
        jobs: jobs.unwrap_or_else(|| available_parallelism().map_or(1, usize::from)),
        isolate: amount.isolate,
    };
    let plan = Plan {
        scenarios: select(amount)?,
        detectors,
        shard,
        settings,
    };
    compare(&plan, amount.json.as_deref())
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
            jump.contains("'jump'; there are: list, run, compare, ") && jump.ends_with(", merge"),
            "{jump}"
        );
        assert!(!jump.contains("work"), "{jump}");
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
}
