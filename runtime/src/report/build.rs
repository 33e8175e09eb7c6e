//! From the engine's findings to the model of a report.

use super::source::Sources;
use super::suppress::Suppressions;
use super::{
    Access, Frame, Kind, LastSync, Location, Lock, Place, Race, Release, Report, Severity, Strand,
};
use crate::engine::{Mode, finding, session};
use crate::options::Options;
use crate::stack::fold::{fold, innermost, is_inside};
use crate::stack::symbolise::Symboliser;

/// Makes reports. Keep one for reports that are made one after the other: it remembers what it
/// symbolised and read.
#[derive(Debug)]
pub(crate) struct Builder {
    symboliser: Symboliser,
    sources: Sources,
    verbose: bool,
}

impl Builder {
    /// For a program that was started with these options.
    pub fn new(options: &Options) -> Self {
        Builder {
            symboliser: Symboliser::default(),
            sources: Sources::new(&options.strip_prefix),
            verbose: options.verbose,
        }
    }

    /// The report of a session that came to this, less what is suppressed. Allocates and reads files; never on the access path.
    pub fn report(&mut self, found: &session::Outcome, suppressions: &Suppressions) -> Report {
        let unmet = found.unmet.iter().map(|unmet| {
            let file = self.sources.name(unmet.location.file());
            let (line, reason) = (unmet.location.line(), unmet.allowance.reason);
            format!("{file}:{line}: {reason}")
        });
        let mut report = Report {
            races: Vec::new(),
            held_back: found.held_back,
            suppressed: 0,
            allowed: found.allowed,
            unmet: unmet.collect(),
        };
        for finding in &found.findings {
            let race = self.race(finding);
            if suppressions.matches(&race) {
                report.suppressed += 1;
            } else {
                report.races.push(race);
            }
        }
        report
    }

    fn race(&mut self, finding: &finding::Finding) -> Race {
        Race {
            kind: finding.kind.into(),
            severity: finding.severity.into(),
            count: finding.count,
            accesses: [self.access(&finding.first), self.access(&finding.second)],
            witnesses: finding
                .witnesses
                .iter()
                .map(|side| self.access(side))
                .collect(),
            last_sync: finding.last_sync.as_ref().map(|sync| LastSync {
                released: sync.released.as_ref().map(|(place, strand)| Release {
                    place: self.place(place),
                    strand: self.strand(strand),
                }),
                acquired: self.place(&sync.acquired),
            }),
        }
    }

    fn access(&mut self, side: &finding::Side) -> Access {
        let frames = self.symboliser.frames(&side.place.frames);
        let source = location(&side.place, &frames).and_then(|location| {
            let whole_paths = frames.iter().filter_map(Frame::file);
            self.sources
                .line(&location.file, location.line, whole_paths)
        });
        Access {
            place: self.place(&side.place),
            source,
            write: side.write,
            atomic: side.atomic,
            size: side.size,
            address: self.verbose.then_some(side.address),
            strand: self.strand(&side.strand),
            locks: side
                .locks
                .as_ref()
                .map(|locks| locks.iter().map(|held| self.lock(held)).collect()),
            role: side.role,
            value: side.value.is_known().then(|| side.value.to_string()),
        }
    }

    fn place(&mut self, place: &finding::Place) -> Place {
        let frames = self.symboliser.frames(&place.frames);
        let location = location(place, &frames).map(|location| Location {
            file: self.sources.name(&location.file),
            ..location
        });
        let mut stack = if self.verbose { frames } else { fold(frames) };
        for frame in &mut stack {
            frame.file = frame.file.as_deref().map(|file| self.sources.name(file));
            frame.address = frame.address.filter(|_| self.verbose);
        }
        Place {
            op: place.op,
            location,
            stack,
        }
    }

    fn strand(&mut self, strand: &finding::StrandInfo) -> Strand {
        Strand {
            id: strand.id,
            name: strand.name.clone(),
            parent: strand.parent,
            created: strand.created.as_ref().map(|place| self.place(place)),
        }
    }

    fn lock(&mut self, held: &finding::Held) -> Lock {
        Lock {
            shared: held.mode == Mode::Shared,
            acquired: self.place(&held.acquired),
        }
    }
}

/// Where a place is: the caller's location, as the compiler names the file. For what came in by its
/// return address alone, or was called by a library on the program's behalf (drop glue, a
/// formatter), it is the innermost frame of the program's, where the stack tells.
fn location(place: &finding::Place, frames: &[Frame]) -> Option<Location> {
    let called = place.location.map(|location| Location {
        file: location.file().to_owned(),
        line: location.line(),
        column: location.column(),
    });
    if called
        .as_ref()
        .is_some_and(|called| !is_inside(&called.file))
    {
        return called;
    }
    let frame = innermost(frames).and_then(|frame| {
        Some(Location {
            file: frame.file.clone()?,
            line: frame.line?,
            column: frame.column.unwrap_or(1),
        })
    });
    frame.or(called)
}

impl From<finding::Kind> for Kind {
    fn from(kind: finding::Kind) -> Self {
        match kind {
            finding::Kind::DataRace => Kind::DataRace,
            finding::Kind::MapRace => Kind::MapRace,
            finding::Kind::StaleWrite => Kind::StaleWrite,
            finding::Kind::Aba => Kind::Aba,
            finding::Kind::Atomicity => Kind::Atomicity,
            finding::Kind::GuardDeadlock => Kind::GuardDeadlock,
            finding::Kind::GuardAcrossAwait => Kind::GuardAcrossAwait,
            finding::Kind::LockOrder => Kind::LockOrder,
            finding::Kind::Iteration => Kind::Iteration,
            finding::Kind::StaleSize => Kind::StaleSize,
            finding::Kind::Unordered => Kind::Unordered,
        }
    }
}

/// The engine's name of a kind.
pub(crate) const fn engine_kind(kind: Kind) -> finding::Kind {
    match kind {
        Kind::DataRace => finding::Kind::DataRace,
        Kind::MapRace => finding::Kind::MapRace,
        Kind::StaleWrite => finding::Kind::StaleWrite,
        Kind::Aba => finding::Kind::Aba,
        Kind::Atomicity => finding::Kind::Atomicity,
        Kind::GuardDeadlock => finding::Kind::GuardDeadlock,
        Kind::GuardAcrossAwait => finding::Kind::GuardAcrossAwait,
        Kind::LockOrder => finding::Kind::LockOrder,
        Kind::Iteration => finding::Kind::Iteration,
        Kind::StaleSize => finding::Kind::StaleSize,
        Kind::Unordered => finding::Kind::Unordered,
    }
}

impl From<finding::Severity> for Severity {
    fn from(severity: finding::Severity) -> Self {
        match severity {
            finding::Severity::Note => Severity::Note,
            finding::Severity::Warning => Severity::Warning,
            finding::Severity::Error => Severity::Error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn the_sides_stay_in_the_order_of_execution() {
        let report = sample::report(sample::findings());
        let [first, second] = report.races()[0].accesses();
        assert_eq!(
            (first.op(), second.op()),
            ("UnsafeCell::with", "UnsafeCell::with_mut")
        );
        assert!(!first.is_write() && second.is_write());
        assert_eq!(
            (first.strand().name(), second.strand().name()),
            (Some("a"), Some("b"))
        );
        assert_eq!(second.source(), Some("    cell.with_mut(|p| p.is_null())"));
    }

    #[test]
    fn an_access_by_return_address_alone_is_where_its_innermost_frame_is() {
        let place = finding::Place {
            op: "write",
            location: None,
            frames: Vec::new(),
        };
        let race = sample::race();
        let frames = race.accesses()[1].stack();
        let found = location(&place, frames).expect("a location");
        assert_eq!(found.to_string(), "app/src/main.rs:16:10");
        assert_eq!(location(&place, &[]), None);
    }

    #[test]
    fn an_access_that_a_library_made_is_where_the_program_called_it() {
        let inside = finding::Place {
            op: "HashMap::drop",
            location: Some(std::panic::Location::caller()),
            frames: Vec::new(),
        };
        let race = sample::race();
        let frames = race.accesses()[1].stack();
        let found = location(&inside, frames).expect("a location");
        assert_eq!(found.to_string(), "app/src/main.rs:16:10");
        let without_a_stack = location(&inside, &[]).expect("a location");
        assert_eq!(without_a_stack.file(), file!());
    }

    #[test]
    fn addresses_are_left_out_unless_verbose() {
        let quiet = sample::report(sample::findings());
        let verbose = Options::parse("verbose=1").unwrap();
        let loud = sample::report_with(sample::findings(), &verbose);
        assert_eq!(quiet.races()[0].accesses()[0].address(), None);
        assert_eq!(loud.races()[0].accesses()[0].address(), Some(0x1000));
    }

    #[test]
    fn only_a_report_without_races_is_clean() {
        assert!(Report::default().is_clean());
        let report = sample::report(sample::findings());
        assert!(!report.is_clean());
        assert_eq!((report.held_back(), report.suppressed()), (3, 0));
    }
}
