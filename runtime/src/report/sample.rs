//! Findings and races for the tests of reports, made by hand, and the files that hold what their
//! reports look like.

use super::{
    Access, Builder, Frame, Kind, Lock, Place, Race, Report, Severity, Strand, Suppressions,
};
use crate::engine::finding::{self, Finding, Side, StrandInfo};
use crate::engine::session::Outcome;
use crate::engine::value::Value;
use crate::options::Options;
use std::panic::Location;

/// Not the façade's: a method's name is where the compiler puts the caller's location.
struct Cell;

impl Cell {
    #[track_caller]
    fn with(&self, _: impl FnOnce(*const u8) -> bool) -> &'static Location<'static> {
        Location::caller()
    }
    #[track_caller]
    fn with_mut(&self, _: impl FnOnce(*mut u8) -> bool) -> &'static Location<'static> {
        Location::caller()
    }
}

fn first(cell: &Cell) -> &'static Location<'static> {
    cell.with(|p| p.is_null())
}

/// The line that the second access stands on.
pub const SECOND_LINE: u32 = line!() + 3;

fn second(cell: &Cell) -> &'static Location<'static> {
    cell.with_mut(|p| p.is_null())
}

fn side(op: &'static str, location: &'static Location<'static>, id: u32, name: &str) -> Side {
    Side {
        place: finding::Place {
            op,
            location: Some(location),
            frames: Vec::new(),
        },
        write: false,
        atomic: false,
        address: 0x1000,
        size: 1,
        strand: StrandInfo {
            id,
            name: Some(name.to_owned()),
            parent: Some(0),
            created: None,
        },
        locks: Some(Vec::new()),
        role: None,
        value: Value::UNKNOWN,
    }
}

/// One data race, of this file's lines.
pub fn findings() -> Vec<Finding> {
    let first = side("UnsafeCell::with", first(&Cell), 1, "a");
    let second = side("UnsafeCell::with_mut", second(&Cell), 2, "b");
    vec![Finding {
        kind: finding::Kind::DataRace,
        severity: finding::Severity::Error,
        first,
        second: Side {
            write: true,
            ..second
        },
        witnesses: Vec::new(),
        last_sync: None,
        count: 1,
    }]
}

/// The report of a session with these findings and three more held back.
pub fn report(findings: Vec<Finding>) -> Report {
    report_with(findings, &Options::default())
}

/// The same under other options.
pub fn report_with(findings: Vec<Finding>, options: &Options) -> Report {
    Builder::new(options).report(&outcome(findings, 3), &Suppressions::default())
}

/// The same with suppressions.
pub fn report_less(findings: Vec<Finding>, suppressions: &Suppressions) -> Report {
    Builder::new(&Options::default()).report(&outcome(findings, 0), suppressions)
}

fn outcome(findings: Vec<Finding>, held_back: u64) -> Outcome {
    Outcome {
        findings,
        held_back,
        ..Outcome::default()
    }
}

/// A race of a program that does not exist: nothing of it depends on this machine.
pub fn race() -> Race {
    let locked = Lock {
        shared: false,
        acquired: place("Mutex::lock", 28, 26, &[]),
    };
    let peek = frame("app::peek", 12, 10, false);
    let main = frame("app::main::{{closure}}", 21, 13, false);
    let first = Access {
        place: place("UnsafeCell::with", 12, 10, &[peek, main]),
        source: Some("    cell.with(|p| unsafe { *p })".to_owned()),
        write: false,
        atomic: false,
        size: 4,
        address: None,
        strand: strand(1, "a", 20),
        locks: Some(Vec::new()),
        role: None,
        value: None,
    };
    let bump = frame("app::bump", 16, 10, true);
    let main = frame("app::main::{{closure}}", 29, 13, false);
    let second = Access {
        place: place("UnsafeCell::with_mut", 16, 10, &[bump, main]),
        source: Some("    cell.with_mut(|p| unsafe { *p += 1 });".to_owned()),
        write: true,
        strand: strand(2, "b", 27),
        locks: Some(vec![locked]),
        ..first.clone()
    };
    Race {
        kind: Kind::DataRace,
        severity: Severity::Error,
        count: 1,
        accesses: [first, second],
        witnesses: Vec::new(),
        last_sync: None,
    }
}

/// A report with these races and nothing else.
pub fn report_of(races: Vec<Race>) -> Report {
    Report {
        races,
        ..Report::default()
    }
}

/// A place in `app/src/main.rs`.
pub fn place(op: &'static str, line: u32, column: u32, stack: &[Frame]) -> Place {
    let location = super::Location {
        file: "app/src/main.rs".to_owned(),
        line,
        column,
    };
    Place {
        op,
        location: Some(location),
        stack: stack.to_vec(),
    }
}

fn frame(function: &str, line: u32, column: u32, inlined: bool) -> Frame {
    Frame {
        function: Some(function.to_owned()),
        file: Some("app/src/main.rs".to_owned()),
        line: Some(line),
        column: Some(column),
        inlined,
        address: None,
    }
}

fn strand(id: u32, name: &str, line: u32) -> Strand {
    let main = frame("app::main", line, 17, false);
    Strand {
        id,
        name: Some(name.to_owned()),
        parent: Some(0),
        created: Some(place("thread::spawn", line, 17, &[main])),
    }
}

/// Compares with what stands in a file of the folder `golden`. To accept what is printed now:
/// `FIDGE_BLESS=1 cargo test -p fidge --features detect golden`, and read the difference.
pub fn golden(name: &str, text: &str) {
    let path = format!("{}/src/report/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("FIDGE_BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text, expected,
        "\n{text}\nis not what is in {path}:\n{expected}"
    );
}
