//! ThreadSanitizer, as it ships with the compiler.
//!
//! It works on the stable toolchain once that is told to accept unstable flags. Two rows: with std as it
//! is delivered, which most of its users on stable have and whose locks and threads it cannot see into;
//! and with std rebuilt under instrumentation, which its manual asks for.

use super::place::{Frame, Side, pair};
use super::symbols::Symbols;
use super::toolchain;
use crate::detectors::Observation;
use crate::detectors::build::build;
use crate::detectors::peer::{NoVerdict, Peer, Prepared, one, outcome};
use crate::process::Finished;
use crate::scenario::Scenario;
use crate::watch::Task;
use std::path::PathBuf;
use std::process::Command;

/// With std as the toolchain has it.
pub struct Tsan;

/// With std rebuilt.
pub struct TsanStd;

/// `compiler-rt`'s runtime exists for these.
const PLATFORMS: [&str; 4] = [
    "x86_64-unknown-linux-gnu",
    "aarch64-unknown-linux-gnu",
    "x86_64-apple-darwin",
    "aarch64-apple-darwin",
];

/// Addresses only; an exit code of its own; go on after a report.
const OPTIONS: &str = "symbolize=0:stack_trace_format='    #%n %M':exitcode=66:halt_on_error=0";

impl Peer for Tsan {
    fn name(&self) -> &'static str {
        "tsan"
    }

    fn about(&self) -> &'static str {
        "ThreadSanitizer over this toolchain's own std, which is not instrumented"
    }

    fn prepare(&self) -> Result<Box<dyn Prepared>, String> {
        let flags = "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer";
        Instrumented::build(self.name(), flags, &[], None)
    }
}

impl Peer for TsanStd {
    fn name(&self) -> &'static str {
        "tsan-std"
    }

    fn about(&self) -> &'static str {
        "ThreadSanitizer over a std rebuilt with instrumentation (-Zbuild-std)"
    }

    fn prepare(&self) -> Result<Box<dyn Prepared>, String> {
        let library = "lib/rustlib/src/rust/library/Cargo.lock";
        let found = toolchain::with(&[library]);
        let toolchain =
            found.ok_or("no toolchain has std's source: rustup component add rust-src")?;
        let rebuild = ["-Zbuild-std"];
        Instrumented::build(
            self.name(),
            "-Zsanitizer=thread",
            &rebuild,
            Some(&toolchain),
        )
    }
}

struct Instrumented {
    program: PathBuf,
    symbols: Symbols,
}

impl Instrumented {
    fn build(
        name: &str,
        flags: &str,
        arguments: &[&str],
        toolchain: Option<&str>,
    ) -> Result<Box<dyn Prepared>, String> {
        let host = rustc_version_runtime::version_meta().host;
        if !PLATFORMS.contains(&host.as_str()) {
            let platforms = PLATFORMS.join(", ");
            return Err(format!(
                "there is no ThreadSanitizer for {host}, only for {platforms}"
            ));
        }
        // With a target named, Cargo spares build scripts and macros the flags.
        let arguments = [&["--target", &host], arguments].concat();
        let mut environment = vec![("RUSTC_BOOTSTRAP", "1"), ("RUSTFLAGS", flags)];
        environment.extend(toolchain.map(|toolchain| (toolchain::VARIABLE, toolchain)));
        let program = build(name, &arguments, &environment)?;
        let symbols = Symbols::of(&program)?;
        Ok(Box::new(Instrumented { program, symbols }))
    }
}

impl Prepared for Instrumented {
    fn command(&self, task: &Task, run: u64) -> Command {
        let mut command = Command::new(&self.program);
        command.args(one(task, run));
        command.env("TSAN_OPTIONS", OPTIONS);
        command
    }

    fn forks(&self) -> bool {
        true
    }

    fn read(&self, scenario: &Scenario, output: &Finished) -> Result<Observation, NoVerdict> {
        let said = output.stderr();
        if let Some(fatal) = said.lines().find(|line| line.starts_with("FATAL: ")) {
            return Err(fatal.to_owned().into());
        }
        let name = self.program.file_name().unwrap_or_default();
        let reports = reports(&said, &name.to_string_lossy(), &|at| {
            self.symbols.frames(at)
        });
        let reports = reports.iter().map(|sides| pair(scenario, sides));
        Ok(Observation {
            outcome: outcome(output),
            reports: reports.collect(),
        })
    }
}

/// The two accesses of each report. `frames` knows the offsets into `program`.
fn reports(said: &str, program: &str, frames: &dyn Fn(u64) -> Vec<Frame>) -> Vec<[Side; 2]> {
    let blocks = said.split("WARNING: ThreadSanitizer: ").skip(1);
    let sides = |block: &str| {
        // The kind of report, then paragraphs: a heading each, and a stack.
        let mut sides = block.split("\n\n").filter_map(|paragraph| {
            let mut lines = paragraph.lines();
            lines.find(|line| is_access(line))?;
            let stack: Vec<_> = lines
                .filter_map(|line| offset(line, program))
                .flat_map(frames)
                .collect();
            let restored = !paragraph.contains("[failed to restore the stack]");
            Some(if restored {
                Side::Shown(stack)
            } else {
                Side::Untold
            })
        });
        [sides.next(), sides.next()].map(|side| side.unwrap_or(Side::Untold))
    };
    blocks.map(sides).collect()
}

/// Whether a line heads the stack of an access: `  Previous atomic write of size 8 at 0x… by thread T2:`.
fn is_access(line: &str) -> bool {
    let line = line.trim_start().to_ascii_lowercase();
    let line = line.strip_prefix("previous ").unwrap_or(&line);
    let line = line.strip_prefix("atomic ").unwrap_or(line);
    line.starts_with("read of size ") || line.starts_with("write of size ")
}

/// The offset in `    #3 (program+0x1f40fd) (BuildId: …)`.
fn offset(line: &str, program: &str) -> Option<u64> {
    let (_, place) = line.split_once(" (")?;
    let place = place.strip_prefix(program)?.strip_prefix("+0x")?;
    u64::from_str_radix(place.split(')').next()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::super::place::tests::{frame, sample};
    use super::*;

    const SAID: &str = include_str!("../../../tests/data/tsan.txt");

    /// What the sample's program has at these offsets.
    fn frames(offset: u64) -> Vec<Frame> {
        let [a, b] = sample().sites();
        match offset {
            0x22b859 => vec![frame(&a.file, a.line), frame("backtrace.rs", 166)],
            0x247c23 => vec![frame("src/hidden.rs", 136), frame(&b.file, b.line)],
            _ => vec![frame("/rustc/library/std/src/thread/lifecycle.rs", 60)],
        }
    }

    #[test]
    fn both_accesses_of_a_report_are_placed() {
        let reports = reports(SAID, "fidge-scenarios", &frames);
        let pairs: Vec<_> = reports.iter().map(|sides| pair(sample(), sides)).collect();
        let [a, b] = sample().sites().map(Some);
        assert_eq!(pairs.len(), 3);
        assert_eq!(pairs[0], [b.clone(), a.clone()]);
        assert_eq!(pairs[1], [None, None], "both are in std");
        assert_eq!(reports[2][1], Side::Untold, "its stack was lost");
        assert_eq!(pairs[2], [a, b], "the one that is known is marked");
    }

    #[test]
    fn no_report_is_no_report() {
        assert!(reports("thread panicked\n", "x", &frames).is_empty());
    }
}
