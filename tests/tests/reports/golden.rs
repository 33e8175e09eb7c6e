//! Reports in files, less what no two runs have in common.

use fidge::Report;
use std::collections::BTreeMap;
use std::sync::mpsc;

/// Runs `first` on a named thread and then `second` on another, by a signal that Fidge does not see.
pub fn in_turn(first: impl FnOnce() + Send, second: impl FnOnce() + Send) {
    let (signal, wait) = mpsc::channel();
    fidge::thread::scope(|scope| {
        let one = fidge::thread::Builder::new().name("first".into());
        let other = fidge::thread::Builder::new().name("second".into());
        let run_first = move || {
            first();
            signal.send(()).unwrap();
        };
        let run_second = move || {
            wait.recv().unwrap();
            second();
        };
        one.spawn_scoped(scope, run_first).unwrap();
        other.spawn_scoped(scope, run_second).unwrap();
    });
}

/// Compares the text of a report with the file `name` of the folder `golden`.
#[track_caller]
pub fn golden(name: &str, report: &Report) {
    let text = normalised(&report.to_string());
    let path = format!("{}/tests/reports/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("FIDGE_BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, expected,
        "\n{text}\nis not what is in {path}:\n{expected}"
    );
}

fn normalised(text: &str) -> String {
    renumbered(&without_toolchain(text))
}

/// Numbers strands in the order in which the report names them.
fn renumbered(text: &str) -> String {
    const NAME: &str = "strand ";
    let (mut known, mut parts) = (BTreeMap::new(), text.split(NAME));
    let mut renumbered = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(part.len());
        let (number, rest) = part.split_at(end);
        renumbered += NAME;
        if !number.is_empty() {
            let fresh = (b'A' + known.len() as u8) as char;
            renumbered.push(*known.entry(number).or_insert(fresh));
        }
        renumbered += rest;
    }
    renumbered
}

/// `/rustc/0123abc/library/core/…:1:2` is `/rustc/…/core/…`: the next toolchain has other lines.
fn without_toolchain(text: &str) -> String {
    let shortened = text
        .lines()
        .map(|line| match line.split_once(" at /rustc/") {
            Some((function, path)) => {
                let library = path.split_once("/library/").map_or("", |(_, rest)| rest);
                let file = library.split(':').next().unwrap_or_default();
                format!("{function} at {file}\n")
            }
            None => format!("{line}\n"),
        });
    shortened.collect()
}

#[test]
fn strands_are_numbered_by_their_first_appearance() {
    assert_eq!(
        renumbered("strand 71, strand 9 and strand 71; a strand more"),
        "strand A, strand B and strand A; a strand more"
    );
}

#[test]
fn the_toolchains_files_are_named_without_its_version() {
    assert_eq!(
        without_toolchain("  f at /rustc/01ab/library/core/src/a.rs:1:2\n  g at src/b.rs:3:4"),
        "  f at core/src/a.rs\n  g at src/b.rs:3:4\n"
    );
}
