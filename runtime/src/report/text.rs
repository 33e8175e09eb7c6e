//! The text form, for people.
//!
//! A race is one sentence, then both sides as rustc would show them, then what one asks next: how
//! each strand got there, where it came from, which locks it held, and what ordered the two last.
//! The excerpts and the frame around them are `annotate-snippets`'. There are no colours in it
//! unless asked for, and no addresses unless `verbose` put them in the model.

use super::advice::advice;
use super::story::{Part, is_composed, opening, parts};
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
    let names = names(race);
    let parts = parts(race, &names);
    let level = match race.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level.primary_title(sentence(race, &names));
    let group = parts.iter().fold(Group::with_title(title), excerpt);
    let notes = notes(race, &names, &parts)
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
    let scope = match opening(race) {
        Some(begin) => format!("the atomic scope \"{}\"", race.witnesses()[begin].op()),
        None => "one atomic scope".to_owned(),
    };
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
            "atomicity violation: `{op}` by {third} came between `{one}` and `{other}` of {scope} by \
             {second}"
        ),
        Kind::GuardDeadlock if race.witnesses().is_empty() => format!(
            "deadlock: `{other}` by {second} would wait for ever for what its own `{one}` holds"
        ),
        Kind::GuardDeadlock => format!(
            "deadlock: `{other}` by {second} would wait for ever for {third}, which waits in turn for what \
             `{one}` by {first} holds"
        ),
        Kind::GuardAcrossAwait => {
            format!("guard held across an await: {second} is suspended and holds what `{one}` took")
        }
        Kind::LockOrder => format!(
            "lock-order inversion: `{other}` by {second} and `{one}` by {first} take locks in \
             opposite orders"
        ),
        Kind::Iteration => format!(
            "inconsistent iteration: `{one}` by {first} saw only one of two changes that belong together, \
             `{op}` and `{other}` by {second}"
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
fn label(part: &Part) -> String {
    let earlier = if part.earlier { "earlier " } else { "" };
    let mut text = match part.step {
        Some(_) => what(part),
        None => format!("{earlier}{}", what(part)),
    };
    if let Some(value) = part.access.value() {
        let _ = write!(text, ": {value}");
    }
    text
}

/// `atomic write of 4 bytes by thread 'a'`, `2. the read (thread 'a')`
fn what(part: &Part) -> String {
    let (access, who) = (part.access, part.who);
    if let Some(step) = part.step {
        let role = access.role().unwrap_or(access.op());
        return format!("{step}. {role} ({who})");
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
    text + " by " + who
}

/// The line of source with the call underlined, where it could be read.
fn excerpt<'a>(group: Group<'a>, part: &Part<'a>) -> Group<'a> {
    let access = part.access;
    let (Some(location), Some(source)) = (access.location(), access.source()) else {
        return group;
    };
    let kind = match part.primary {
        true => AnnotationKind::Primary,
        false => AnnotationKind::Context,
    };
    group.element(
        Snippet::source(source)
            .line_start(location.line() as usize)
            .path(location.file())
            .annotation(
                kind.span(call(source, location.column() as usize))
                    .label(label(part)),
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

fn notes(race: &Race, names: &[String], parts: &[Part]) -> Vec<String> {
    let mut notes: Vec<String> = parts.iter().filter_map(side).collect();
    let mut told = BTreeSet::new();
    for part in parts {
        let strand = part.access.strand();
        if told.insert(strand.id()) {
            let creator = creator(race, names, part.access);
            notes.extend(creation(strand, part.who, creator.as_deref()));
        }
    }
    let no_lock = |part: &Part| part.access.locks().is_some_and(<[Lock]>::is_empty);
    match race.kind() {
        // What is held is what these are about.
        Kind::GuardDeadlock | Kind::GuardAcrossAwait | Kind::LockOrder => {}
        kind if is_composed(kind) => {
            notes.extend(parts.iter().filter_map(held_already));
        }
        _ => {
            match parts.iter().all(no_lock) {
                true => notes.push("neither side held a lock".to_owned()),
                false => notes.extend(
                    parts
                        .iter()
                        .map(|part| locks(part.access.locks(), part.who)),
                ),
            }
            notes.push(last_sync(race, names));
        }
    }
    notes
}

/// The stack of a side, and what its excerpt would say where there is none.
fn side(part: &Part) -> Option<String> {
    let access = part.access;
    let the = if part.step.is_none() { "the " } else { "" };
    let what = what(part);
    let text = match (access.source(), access.location()) {
        (Some(_), _) if access.stack().is_empty() => return None,
        (Some(_), _) => format!("{the}{what}"),
        (None, Some(location)) => format!("{the}{what} is at {location}"),
        (None, None) => format!("{the}{what} came from a place that is not known"),
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

/// The locks of one of several operations, but for what it took itself.
fn held_already(part: &Part) -> Option<String> {
    let here = part.access.location();
    let already = |lock: &&Lock| lock.acquired().location() != here;
    let list: Vec<Lock> = part
        .access
        .locks()?
        .iter()
        .filter(already)
        .cloned()
        .collect();
    let step = part.step.filter(|_| !list.is_empty())?;
    Some(format!("at {step}, {}", locks(Some(&list), part.who)))
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
    fn golden_a_cycle_of_two_is_told_from_who_asks_to_who_is_waited_for() {
        let mut race = sample::race();
        race.kind = Kind::GuardDeadlock;
        let step = |side: usize, line, op, source: &str, role| {
            let column = source.find('.').expect("a call") as u32 + 2;
            let mut access = race.accesses[side].clone();
            access.place = sample::place(op, line, column, &[]);
            access.source = Some(source.to_owned());
            access.role = Some(role);
            access
        };
        let (lock, get, entry) = ("Mutex::lock", "DashMap::get", "DashMap::entry");
        let held = step(
            1,
            27,
            lock,
            "    let log = log.lock();",
            "held from here on",
        );
        let asks = step(1, 28, get, "    let left = stock.get(&id);", "the request");
        let waited = step(
            0,
            20,
            entry,
            "    let left = stock.entry(id);",
            "what it waits for",
        );
        let waits = step(
            0,
            21,
            lock,
            "    let log = log.lock();",
            "whose holder waits in turn",
        );
        race.accesses = [held, asks];
        race.witnesses = vec![waited, waits];
        golden("deadlock.txt", &sample::report_of(vec![race]).to_string());
    }

    #[test]
    fn golden_locks_that_were_held_are_told_by_step() {
        let mut race = sample::race();
        race.kind = Kind::StaleWrite;
        let between = race.accesses[0].clone();
        race.accesses[0].strand = race.accesses[1].strand.clone();
        let [read, write] = &mut race.accesses;
        (read.place.op, read.role, read.value) =
            ("HashMap::get", Some("the read"), Some("5".to_owned()));
        (write.place.op, write.role) = ("HashMap::insert", Some("the write that acts on it"));
        race.witnesses = vec![Access {
            role: Some("the write in between"),
            ..between
        }];
        golden(
            "stale_write.txt",
            &sample::report_of(vec![race]).to_string(),
        );
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
