//! The text form, for people.
//!
//! A race is one sentence, then both sides as rustc would show them, then what one asks next: how
//! each strand got there, where it came from, which locks it held, and what ordered the two last.
//! The excerpts and the frame around them are `annotate-snippets`'. There are no colours in it
//! unless asked for, and no addresses unless `verbose` put them in the model.

use super::advice::advice;
use super::{Access, Frame, Kind, Lock, Place, Race, Report, Severity, Strand};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::collections::BTreeSet;
use std::fmt::{self, Write};
use std::ops::Range;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(false))
    }
}

impl fmt::Display for Race {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&render(self, &Renderer::plain()))
    }
}

impl Report {
    /// The text form, ending in a newline.
    pub(crate) fn text(&self, color: bool) -> String {
        let renderer = if color {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut text = String::new();
        for race in &self.races {
            text += &render(race, &renderer);
            text += "\n\n";
        }
        text += &self.summary();
        text.push('\n');
        text
    }

    fn summary(&self) -> String {
        let mut text = match self.races.len() {
            0 => "fidge: no races".to_owned(),
            1 => "fidge: 1 race".to_owned(),
            n => format!("fidge: {n} races"),
        };
        if self.held_back > 0 {
            let _ = write!(text, "; {} more held back (max_reports)", self.held_back);
        }
        if self.suppressed > 0 {
            let _ = write!(text, "; {} suppressed", self.suppressed);
        }
        if self.allowed > 0 {
            let _ = write!(text, "; {} allowed by the program", self.allowed);
        }
        for unmet in &self.unmet {
            let _ = write!(text, "\nfidge: an expected race did not show: {unmet}");
        }
        text
    }
}

fn render(race: &Race, renderer: &Renderer) -> String {
    let [first, second] = race.accesses();
    let who = names(race);
    let all = || race.accesses().iter().chain(race.witnesses()).zip(&who);
    let level = match race.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let group = Group::with_title(level.primary_title(sentence(race, &who)));
    let late = label(second, &who[1], "");
    let mut group = excerpt(group, second, AnnotationKind::Primary, late);
    let early = label(first, &who[0], "earlier ");
    group = excerpt(group, first, AnnotationKind::Context, early);
    for (access, who) in all().skip(2) {
        group = excerpt(
            group,
            access,
            AnnotationKind::Context,
            label(access, who, ""),
        );
    }
    let notes = notes(race, &who)
        .into_iter()
        .map(|note| Level::NOTE.message(note));
    let help = advice(race).map(|advice| Level::HELP.message(advice));
    let group = group.elements(notes).elements(help);
    renderer.render(&[group])
}

/// How the strand of each side and of each witness is called: by number too where another one has
/// the same name.
fn names(race: &Race) -> Vec<String> {
    let strands = || {
        let all = race.accesses().iter().chain(race.witnesses());
        all.map(Access::strand)
    };
    let name = |strand: &Strand| {
        let ambiguous = strand.name().is_some()
            && strands().any(|other| other.id() != strand.id() && other.name() == strand.name());
        match ambiguous {
            true => format!("{strand} (strand {})", strand.id()),
            false => strand.to_string(),
        }
    };
    strands().map(name).collect()
}

fn sentence(race: &Race, names: &[String]) -> String {
    let [one, other] = race.accesses().each_ref().map(Access::op);
    let (first, second) = (&names[0], &names[1]);
    let third = race.witnesses().first().map(Access::op).zip(names.get(2));
    let (op, third) = third.unwrap_or(("another operation", second));
    let times = match race.count() {
        0 | 1 => String::new(),
        n => format!(" ({n} times)"),
    };
    let text = match race.kind() {
        Kind::DataRace => format!(
            "data race: `{other}` by {second} is not ordered with the earlier `{one}` by {first}"
        ),
        Kind::MapRace => format!(
            "map race: `{other}` by {second} is not ordered with the earlier `{one}` by {first}"
        ),
        Kind::StaleWrite => format!(
            "stale write: `{other}` by {second} acts on what its `{one}` read before `{op}` by \
             {third} changed it"
        ),
        Kind::Aba => format!(
            "ABA: `{other}` by {second} found the value that its `{one}` had read, but `{op}` by \
             {third} had changed it in between"
        ),
        Kind::Atomicity => format!(
            "atomicity violation: `{op}` by {third} came between `{one}` and `{other}` of one atomic \
             scope by {second}"
        ),
        Kind::GuardDeadlock => format!(
            "guard deadlock: `{other}` by {second} waits for what cannot be granted while the guard \
             of `{one}` is held by {first}"
        ),
        Kind::GuardAcrossAwait => {
            format!("guard held across an await: {second} was suspended with the guard of `{one}`")
        }
        Kind::LockOrder => format!(
            "lock-order inversion: `{other}` by {second} and `{one}` by {first} take locks in \
             opposite orders"
        ),
        Kind::Iteration => format!(
            "inconsistent iteration: `{one}` by {first} saw the map half before and half after \
             `{other}` by {second}"
        ),
        Kind::StaleSize => format!(
            "stale size: `{other}` by {second} acts on what its `{one}` said before `{op}` by {third} \
             changed it"
        ),
        Kind::Unordered => format!(
            "unordered operations: nothing but the map orders `{other}` by {second} and `{one}` by \
             {first}, whose order matters"
        ),
    };
    text + &times
}

/// What a line of source is marked with.
fn label(access: &Access, who: &str, when: &str) -> String {
    let mut text = match access.role() {
        Some(role) => format!("{role} by {who}"),
        None => format!("{when}{} by {who}", what(access)),
    };
    if let Some(value) = access.value() {
        let _ = write!(text, ": {value}");
    }
    text
}

/// `atomic write of 4 bytes`
fn what(access: &Access) -> String {
    if let Some(role) = access.role() {
        return role.to_owned();
    }
    let mut text = String::new();
    if access.is_atomic() {
        text += "atomic ";
    }
    text += if access.is_write() { "write" } else { "read" };
    match access.size() {
        0 => {}
        1 => text += " of 1 byte",
        n => drop(write!(text, " of {n} bytes")),
    }
    if let Some(address) = access.address() {
        let _ = write!(text, " at {address:#x}");
    }
    text
}

/// The line of source with the call underlined, where it could be read.
fn excerpt<'a>(
    group: Group<'a>,
    access: &'a Access,
    kind: AnnotationKind,
    label: String,
) -> Group<'a> {
    let (Some(location), Some(source)) = (access.location(), access.source()) else {
        return group;
    };
    group.element(
        Snippet::source(source)
            .line_start(location.line() as usize)
            .path(location.file())
            .annotation(
                kind.span(call(source, location.column() as usize))
                    .label(label),
            ),
    )
}

/// The bytes of the path or name that begins at a column, or of the one character there.
fn call(source: &str, column: usize) -> Range<usize> {
    let start = source
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(source.len(), |(i, _)| i);
    let rest = &source[start..];
    let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let length = match name.unwrap_or(rest.len()) {
        0 => rest.chars().next().map_or(0, char::len_utf8),
        n => n,
    };
    start..start + length
}

fn notes(race: &Race, names: &[String]) -> Vec<String> {
    let sides = || race.accesses().iter().zip(names).rev();
    let witnesses = || race.witnesses().iter().zip(&names[2..]);
    let mut notes = Vec::new();
    for (access, who) in sides().chain(witnesses()) {
        notes.extend(side(access, who));
    }
    let mut told = BTreeSet::new();
    for (access, who) in sides().chain(witnesses()) {
        if !told.insert(access.strand().id()) {
            continue;
        }
        notes.extend(creation(
            access.strand(),
            who,
            creator(race, names, access).as_deref(),
        ));
    }
    let no_lock = |access: &Access| access.locks().is_some_and(<[Lock]>::is_empty);
    if race.accesses().iter().all(no_lock) {
        notes.push("neither side held a lock".to_owned());
    } else {
        notes.extend(sides().map(|(access, who)| locks(access.locks(), who)));
    }
    if matches!(race.kind(), Kind::DataRace | Kind::MapRace) {
        notes.push(last_sync(race, names));
    }
    notes
}

/// The stack of a side, and what its excerpt would say where there is none.
fn side(access: &Access, who: &str) -> Option<String> {
    let text = match (access.source(), access.location()) {
        (Some(_), _) if access.stack().is_empty() => return None,
        (Some(_), _) => format!("the {} by {who}", what(access)),
        (None, Some(location)) => format!("the {} by {who} is at {location}", what(access)),
        (None, None) => format!(
            "the {} by {who} came from a place that is not known",
            what(access)
        ),
    };
    let colon = if access.stack().is_empty() { "" } else { ":" };
    Some(format!("{text}{colon}{}", stack(access.stack())))
}

fn stack(frames: &[Frame]) -> String {
    let mut text = String::new();
    for frame in frames {
        let _ = write!(
            text,
            "\n  {}",
            frame.function().unwrap_or("a function without a name")
        );
        if let Some(file) = frame.file() {
            let _ = write!(text, " at {file}");
            for number in [frame.line(), frame.column()].into_iter().map_while(|n| n) {
                let _ = write!(text, ":{number}");
            }
        }
        if frame.is_inlined() {
            text += " (inlined)";
        }
        if let Some(address) = frame.address() {
            let _ = write!(text, " [{address:#x}]");
        }
    }
    text
}

/// How a strand is called that created another: by its name, if it is a side of the race too.
fn creator(race: &Race, names: &[String], created: &Access) -> Option<String> {
    let parent = created.strand().parent()?;
    let mut sides = race.accesses().iter().chain(race.witnesses()).zip(names);
    let side = sides.find(|(access, _)| access.strand().id() == parent);
    Some(side.map_or_else(|| format!("strand {parent}"), |(_, name)| name.clone()))
}

/// Nothing for the strand that the process began with.
fn creation(strand: &Strand, who: &str, creator: Option<&str>) -> Option<String> {
    let Some(created) = strand.created() else {
        return (strand.id() != 0).then(|| format!("where {who} was created was not seen"));
    };
    let by = creator.map_or(String::new(), |creator| format!(" by {creator}"));
    Some(format!(
        "{who} was created{by}: {}{}",
        place(created),
        stack(created.stack())
    ))
}

/// `` `Mutex::lock` at src/main.rs:3:5 ``
fn place(place: &Place) -> String {
    match place.location() {
        Some(location) => format!("`{}` at {location}", place.op()),
        None => format!("`{}`", place.op()),
    }
}

fn locks(locks: Option<&[Lock]>, who: &str) -> String {
    let Some(locks) = locks else {
        return format!("which locks {who} held is no longer known");
    };
    if locks.is_empty() {
        return format!("{who} held no lock");
    }
    let list: Vec<String> = locks
        .iter()
        .map(|lock| {
            let shared = if lock.is_shared() { " for reading" } else { "" };
            format!("a lock{shared}, taken by {}", place(lock.acquired()))
        })
        .collect();
    format!("{who} held {}", list.join(" and "))
}

fn last_sync(race: &Race, names: &[String]) -> String {
    let (first, second) = (&names[0], &names[1]);
    let Some(sync) = race.last_sync() else {
        // What a strand learned by its creation is not in the model.
        let since = match race.accesses()[1].strand().created() {
            Some(_) => " since the latter was created",
            None => "",
        };
        return format!("no synchronisation has led from {first} to {second}{since}");
    };
    let mut text = format!("the last synchronisation from {first} to {second} came too early: ");
    if let Some(release) = sync.released() {
        text += &place(release.place());
        if release.strand().id() != race.accesses()[0].strand().id() {
            let _ = write!(text, " by {}", release.strand());
        }
        text += ", then ";
    }
    text + &place(sync.acquired())
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, golden};
    use super::super::{LastSync, Release};
    use super::*;

    #[test]
    fn golden_data_race() {
        golden(
            "data_race.txt",
            &sample::report_of(vec![sample::race()]).to_string(),
        );
    }

    #[test]
    fn golden_colour() {
        let report = sample::report_of(vec![sample::race()]);
        golden("colour.txt", &report.text(true));
        assert!(!report.to_string().contains('\u{1b}'));
    }

    #[test]
    fn golden_last_sync_and_a_shared_lock() {
        let mut race = sample::race();
        race.kind = Kind::MapRace;
        race.count = 12;
        for access in &mut race.accesses {
            access.place.op = "HashMap::insert";
            access.source = Some("     map.insert(key, value);".to_owned());
            access.write = true;
            access.size = 0;
            let acquired = sample::place("RwLock::read", 11, 9, &[]);
            access.locks = Some(vec![Lock {
                shared: true,
                acquired,
            }]);
        }
        race.accesses[1].strand.name = Some("a".to_owned());
        race.last_sync = Some(LastSync {
            released: Some(Release {
                place: sample::place("MutexGuard::drop", 8, 5, &[]),
                strand: race.accesses[0].strand.clone(),
            }),
            acquired: sample::place("Mutex::lock", 9, 5, &[]),
        });
        golden("map_race.txt", &sample::report_of(vec![race]).to_string());
    }

    #[test]
    fn golden_little_is_known() {
        let mut race = sample::race();
        race.severity = Severity::Warning;
        for access in &mut race.accesses {
            access.source = None;
            access.place.stack.clear();
            access.locks = None;
            access.strand.name = None;
            access.strand.created = None;
        }
        race.accesses[0].place.location = None;
        let mut report = sample::report_of(vec![race]);
        report.held_back = 3;
        report.suppressed = 2;
        golden("little_known.txt", &report.to_string());
    }

    #[test]
    fn golden_from_findings_with_the_source_of_this_crate() {
        let text = sample::report(sample::findings()).to_string();
        golden("findings.txt", &text);
    }

    #[test]
    fn a_clean_report_is_one_line() {
        assert_eq!(Report::default().to_string(), "fidge: no races\n");
    }

    #[test]
    fn the_called_name_is_underlined() {
        assert_eq!(call("  cell.with(f)", 8), 7..11);
        assert_eq!(call("  fidge::hb::acquire(p)", 3), 2..20);
        assert_eq!(call("  *guard = 1;", 3), 2..3);
        assert_eq!(call("ä.with(f)", 3), 3..7);
        assert_eq!(call("short", 99), 5..5);
    }
}
