//! Injected races with ground truth, and the runner that measures detectors against them.
//!
//! Every scenario is a small program in two variants: the racy one has exactly one race, between
//! two marked lines, and its fixed twin has none. A detector is scored by what it says about both,
//! run after run; see [`run`] and [`compare`] for how, and [`catalog`] for the programs.

#[cfg(unix)]
mod batch;
mod catalog;
mod check;
mod cli;
mod compare;
mod detectors;
mod digest;
mod executor;
mod forks;
mod help;
mod hidden;
mod journal;
mod json;
mod lane;
mod mark;
mod merge;
mod one;
mod output;
mod page;
mod process;
mod progress;
#[cfg(feature = "detect")]
mod replay;
mod run;
mod save;
mod scenario;
mod schedule;
mod script;
mod shard;
mod shards;
mod statistics;
mod strands;
mod summary;
// A subject is a whole data structure, whatever part of it the catalogue's programs use.
#[allow(dead_code)]
mod subjects;
mod table;
mod verdict;
mod verdicts;
mod watch;
mod worker;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
