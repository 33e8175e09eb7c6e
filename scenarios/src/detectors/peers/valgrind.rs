//! Helgrind and DRD, two tools of Valgrind: the plain program, under an emulated processor.
//!
//! They know POSIX threads, not futexes, on which std's locks and parking rest: so most correct programs
//! are reported, and a report of the marked pair does not mean that the tool told it from a correct one.
//!
//! Helgrind shows both sides of a race; DRD shows one, and of the other only which stretches of a thread
//! it may lie in.

use super::place::{Frame, Side, pair};
use crate::detectors::build::build;
use crate::detectors::peer::{NoVerdict, Peer, Prepared, one, outcome};
use crate::detectors::{Observation, PLAIN};
use crate::process::Finished;
use crate::scenario::Scenario;
use crate::watch::Task;
use roxmltree::{Document, Node};
use std::path::PathBuf;
use std::process::Command;

/// One of Valgrind's tools.
pub struct Valgrind {
    name: &'static str,
    about: &'static str,
}

/// Helgrind.
pub static HELGRIND: Valgrind = Valgrind {
    name: "helgrind",
    about: "Valgrind's Helgrind: happens-before over POSIX threads, on the plain program",
};

/// DRD.
pub static DRD: Valgrind = Valgrind {
    name: "drd",
    about: "Valgrind's DRD: as Helgrind, with segments, naming one side of a race",
};

impl Peer for Valgrind {
    fn name(&self) -> &'static str {
        self.name
    }

    fn about(&self) -> &'static str {
        self.about
    }

    fn prepare(&self) -> Result<Box<dyn Prepared>, String> {
        let found = Command::new("valgrind").arg("--version").output();
        found.map_err(|error| {
            format!("valgrind cannot be started ({error}): apt install valgrind, or https://valgrind.org")
        })?;
        let program = build(PLAIN, &[], &[])?;
        let tool = self.name;
        Ok(Box::new(Emulated { tool, program }))
    }
}

struct Emulated {
    tool: &'static str,
    program: PathBuf,
}

impl Prepared for Emulated {
    fn command(&self, task: &Task, run: u64) -> Command {
        let mut command = Command::new("valgrind");
        command.arg(format!("--tool={}", self.tool));
        // The program's own standard error goes between: reports are told from it by their tags.
        command.args(["--xml=yes", "--xml-fd=2", "--log-file=/dev/null"]);
        if self.tool == "drd" {
            // By default it takes the stack to be nobody else's; a scoped thread borrows from it.
            command.arg("--check-stack-var=yes");
        }
        // A thread that waits in turns of `yield` would keep the others waiting for theirs.
        command.arg("--fair-sched=try");
        command.arg(&self.program).args(one(task, run));
        command
    }

    fn forks(&self) -> bool {
        true
    }

    fn read(&self, scenario: &Scenario, output: &Finished) -> Result<Observation, NoVerdict> {
        let said = output.stderr();
        let reports = errors(&said).map(|error| Ok(pair(scenario, &sides(error)?)));
        Ok(Observation {
            outcome: outcome(output),
            reports: reports.collect::<Result<_, String>>()?,
        })
    }
}

/// The whole `error` elements. What has not come to its end is none.
fn errors(said: &str) -> impl Iterator<Item = &str> {
    said.split_inclusive("</error>").filter_map(|text| {
        let start = text.find("<error>")?;
        text.ends_with("</error>").then_some(&text[start..])
    })
}

/// The two accesses of a report: the stack that comes first, and the one after Helgrind's words.
fn sides(error: &str) -> Result<[Side; 2], String> {
    let document =
        Document::parse(error).map_err(|error| format!("valgrind's output is not XML: {error}"))?;
    let (mut first, mut second) = (None, None);
    let mut conflict = false;
    for node in document.root_element().children() {
        match node.tag_name().name() {
            "auxwhat" | "xauxwhat" => {
                let words = node.descendants().filter_map(|node| node.text());
                conflict = words
                    .collect::<String>()
                    .contains("conflicts with a previous");
            }
            "stack" if first.is_none() => first = Some(stack(node)),
            "stack" if conflict && second.is_none() => second = Some(stack(node)),
            _ => {}
        }
    }
    let side = |stack: Option<Vec<Frame>>| stack.map_or(Side::Untold, Side::Shown);
    Ok([side(first), side(second)])
}

fn stack(node: Node<'_, '_>) -> Vec<Frame> {
    let frames = node.children().filter(|node| node.has_tag_name("frame"));
    let frame = |frame: Node<'_, '_>| {
        let text = |name| {
            frame
                .children()
                .find(|node| node.has_tag_name(name))?
                .text()
        };
        Some(Frame {
            file: format!("{}/{}", text("dir")?, text("file")?),
            line: text("line")?.parse().ok()?,
        })
    };
    frames.filter_map(frame).collect()
}

#[cfg(test)]
mod tests {
    use super::super::place::tests::{sample, text};
    use super::*;

    fn pairs(said: &str) -> Vec<crate::detectors::Pair> {
        let errors = text(said);
        let sides = errors_of(&errors);
        sides.iter().map(|sides| pair(sample(), sides)).collect()
    }

    fn errors_of(said: &str) -> Vec<[Side; 2]> {
        let sides = |error| sides(error).unwrap_or_else(|why| panic!("{why}"));
        errors(said).map(sides).collect()
    }

    #[test]
    fn helgrind_shows_both_sides() {
        let pairs = pairs(include_str!("../../../tests/data/helgrind.xml"));
        let [a, b] = sample().sites().map(Some);
        assert_eq!(pairs, [[a, b], [None, None]], "the third was cut off");
    }

    #[test]
    fn drd_shows_one_side() {
        let said = include_str!("../../../tests/data/drd.xml");
        let sides = errors_of(&text(said));
        assert!(sides.iter().all(|sides| sides[1] == Side::Untold));
        let [a, b] = sample().sites().map(Some);
        assert_eq!(pairs(said), [[a, b], [None, None]]);
    }
}
