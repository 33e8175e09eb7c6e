//! The STD text format of the RAPID tools (Mathur, Viswanathan and others), so that a trace can be
//! cross-checked with other people's detectors.
//!
//! One event a line, three fields, `thread|operation(operand)|location`:
//!
//! ```text
//! T0|fork(T1)|3
//! T1|acq(L0)|17
//! T1|w(V3)|18
//! T1|rel(L0)|19
//! T0|join(T1)|4
//! ```
//!
//! Operations: `r w acq rel fork join begin end`. RAPID reads a location as a whole number; so it is
//! here, and becomes the event's site. `begin` and `end` may have an operand, which means nothing. The
//! format has no comments and RAPID complains of blank lines; the reader here skips blank lines and those
//! that start with `#`, and takes white space around a line. The writer makes neither.
//!
//! **Names to numbers.** The format's names are free text. `T5`, `L5`, `V5` are strand 5, lock 5 and the
//! one byte at address 5, so that what [`Writer`] wrote is read back; any other name (and a number of
//! 2^63 and up, or for strands 2^31 and up) gets the next number from 2^63 (2^31) on. Every variable is
//! one byte: the format knows no sizes, and two names are two variables.
//!
//! **Numbers to names.** [`Writer`] takes the events that mean the same over there: reads, writes,
//! exclusive locks, forks, joins, begin and end, and accesses of which any two are of the same bytes or of
//! none in common (sizes are dropped, the variable is named after the first byte). Everything else it
//! refuses; [`lower`](super::lower) turns it, explicitly, into what it takes.

use super::error::excerpt;
use super::{Action, Error, Event, StrandId};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io::{BufRead, Write};

/// Reads events one at a time; an [`Iterator`] that ends after its first error.
#[derive(Debug)]
pub struct Reader<R> {
    name: String,
    input: R,
    line: u64,
    buffer: String,
    threads: Names,
    locks: Names,
    variables: Names,
    failed: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads from `input`, which errors call `name`.
    pub fn new(name: &str, input: R) -> Self {
        Reader {
            name: name.into(),
            input,
            line: 0,
            buffer: String::new(),
            threads: Names::new('T', 1 << 31),
            locks: Names::new('L', 1 << 63),
            variables: Names::new('V', 1 << 63),
            failed: false,
        }
    }

    fn next_event(&mut self) -> Result<Option<Event>, Error> {
        loop {
            self.line += 1;
            self.buffer.clear();
            let read = self.input.read_line(&mut self.buffer);
            if read.map_err(|e| Error::io(&self.name, self.line, e))? == 0 {
                return Ok(None);
            }
            let text = std::mem::take(&mut self.buffer);
            let line = text.trim();
            let event = (!line.is_empty() && !line.starts_with('#')).then(|| self.parse(line));
            let Some(event) = event else {
                self.buffer = text;
                continue;
            };
            let found = |what| format!("{what}, found {}", excerpt(line));
            let event =
                event.map_err(|what| Error::expected(&self.name, self.line, found(what)))?;
            self.buffer = text;
            return Ok(Some(event));
        }
    }

    /// The event of a line, or what was expected instead.
    fn parse(&mut self, line: &str) -> Result<Event, &'static str> {
        let fields: Vec<&str> = line.split('|').collect();
        let [thread, operation, location] = fields[..] else {
            return Err("three fields, thread|operation(operand)|location");
        };
        if thread.is_empty() {
            return Err("the name of a thread before the first `|`");
        }
        let site = location
            .parse()
            .map_err(|_| "a location, a whole number from 0 to 4294967295, after the second `|`")?;
        let strand = self.threads.strand(thread);
        let action = self.operation(operation)?;
        Ok(Event {
            strand,
            action,
            site,
        })
    }

    fn operation(&mut self, text: &str) -> Result<Action, &'static str> {
        const KNOWN: &str =
            "r, w, acq, rel, fork or join with an operand in brackets, begin or end";
        let (name, operand) = match text.split_once('(') {
            Some((name, rest)) => (name, Some(rest.strip_suffix(')').ok_or(KNOWN)?)),
            None => (text, None),
        };
        match name {
            "begin" => return Ok(Action::Begin),
            "end" => return Ok(Action::End),
            _ => {}
        }
        let operand = operand
            .filter(|name| !name.is_empty() && !name.contains(char::is_whitespace))
            .ok_or(KNOWN)?;
        Ok(match name {
            "r" => Action::Read {
                address: self.variables.number(operand),
                size: 1,
            },
            "w" => Action::Write {
                address: self.variables.number(operand),
                size: 1,
            },
            "acq" => Action::Lock {
                object: self.locks.number(operand),
                shared: false,
            },
            "rel" => Action::Unlock {
                object: self.locks.number(operand),
                shared: false,
            },
            "fork" => Action::Fork {
                child: self.threads.strand(operand),
            },
            "join" => Action::Join {
                child: self.threads.strand(operand),
            },
            _ => return Err(KNOWN),
        })
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Event, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.next_event().transpose();
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}

/// Numbers for the names of one kind.
#[derive(Debug)]
struct Names {
    prefix: char,
    first: u64,
    others: HashMap<String, u64>,
}

impl Names {
    fn new(prefix: char, first: u64) -> Names {
        Names {
            prefix,
            first,
            others: HashMap::new(),
        }
    }

    fn number(&mut self, name: &str) -> u64 {
        let own = name.strip_prefix(self.prefix).and_then(|digits| {
            let number: u64 = digits.parse().ok().filter(|n| *n < self.first)?;
            // `V07` and `V7` are two variables.
            (number.to_string() == digits).then_some(number)
        });
        own.unwrap_or_else(|| match self.others.get(name) {
            Some(number) => *number,
            None => {
                let number = self.first + self.others.len() as u64;
                self.others.insert(name.into(), number);
                number
            }
        })
    }

    fn strand(&mut self, name: &str) -> StrandId {
        // Below 2^31 or counted on from there: a trace would need 2^31 names to leave 32 bits.
        self.number(name) as StrandId
    }
}

/// An event that the format has no word for.
#[derive(Debug)]
pub enum Unwritable {
    /// The output failed.
    Io(std::io::Error),
    /// The format cannot express this event.
    Inexpressible(Event),
    /// The access shares some but not all bytes with an earlier one.
    Overlap(Event),
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (event, why) = match self {
            Unwritable::Io(error) => return error.fmt(f),
            Unwritable::Inexpressible(event) => (
                event,
                "expected a read, write, exclusive lock, fork, join, begin or end",
            ),
            Unwritable::Overlap(event) => (
                event,
                "expected an access of the same bytes as earlier ones",
            ),
        };
        write!(
            f,
            "the STD format cannot express {:?}: {why}; lower the trace first",
            event.action
        )
    }
}

impl std::error::Error for Unwritable {}

impl From<std::io::Error> for Unwritable {
    fn from(error: std::io::Error) -> Self {
        Unwritable::Io(error)
    }
}

/// Writes a trace line by line. Wants a buffered `output`.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
    /// First byte to size of each variable written so far; they are disjoint.
    variables: BTreeMap<u64, u32>,
}

impl<W: Write> Writer<W> {
    /// A trace without events: the format has no header.
    pub fn new(output: W) -> Self {
        Writer {
            output,
            variables: BTreeMap::new(),
        }
    }

    /// Adds an event.
    ///
    /// # Errors
    /// When the output fails or the format has no word for `event`; then nothing is written.
    pub fn event(&mut self, event: &Event) -> Result<(), Unwritable> {
        let (strand, site) = (event.strand, event.site);
        let (name, operand, number) = match event.action {
            Action::Read { address, size } => ("r", 'V', self.variable(event, address, size)?),
            Action::Write { address, size } => ("w", 'V', self.variable(event, address, size)?),
            Action::Lock {
                object,
                shared: false,
            } => ("acq", 'L', object),
            Action::Unlock {
                object,
                shared: false,
            } => ("rel", 'L', object),
            Action::Fork { child } => ("fork", 'T', child.into()),
            Action::Join { child } => ("join", 'T', child.into()),
            Action::Begin => return Ok(writeln!(self.output, "T{strand}|begin|{site}")?),
            Action::End => return Ok(writeln!(self.output, "T{strand}|end|{site}")?),
            _ => return Err(Unwritable::Inexpressible(*event)),
        };
        Ok(writeln!(
            self.output,
            "T{strand}|{name}({operand}{number})|{site}"
        )?)
    }

    /// Flushes, and gives the output back.
    ///
    /// # Errors
    /// Those of the output.
    pub fn finish(mut self) -> std::io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }

    /// The variable of an access: its first byte, unless it cuts another variable.
    fn variable(&mut self, event: &Event, address: u64, size: u32) -> Result<u64, Unwritable> {
        if self.variables.get(&address) == Some(&size) {
            return Ok(address);
        }
        if size == 0 {
            return Err(Unwritable::Inexpressible(*event));
        }
        let last = address.saturating_add(u64::from(size) - 1);
        let before = self.variables.range(..=last).next_back();
        if before.is_some_and(|(start, size)| start.saturating_add(u64::from(*size) - 1) >= address)
        {
            return Err(Unwritable::Overlap(*event));
        }
        self.variables.insert(address, size);
        Ok(address)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Vec<Event>, String> {
        Reader::new("t.std", text.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(|e| e.to_string())
    }

    fn write(events: &[Event]) -> Result<String, Unwritable> {
        let mut writer = Writer::new(Vec::new());
        for event in events {
            writer.event(event)?;
        }
        Ok(String::from_utf8(writer.finish()?).unwrap())
    }

    fn expressible() -> impl Strategy<Value = Event> {
        let action = prop_oneof![
            (0u64..1 << 63).prop_map(|address| Action::Read { address, size: 1 }),
            (0u64..1 << 63).prop_map(|address| Action::Write { address, size: 1 }),
            (0u64..1 << 63).prop_map(|object| Action::Lock {
                object,
                shared: false
            }),
            (0u64..1 << 63).prop_map(|object| Action::Unlock {
                object,
                shared: false
            }),
            (0u32..1 << 31).prop_map(|child| Action::Fork { child }),
            (0u32..1 << 31).prop_map(|child| Action::Join { child }),
            Just(Action::Begin),
            Just(Action::End),
        ];
        (0u32..1 << 31, action, any::<u32>()).prop_map(|(strand, action, site)| Event {
            strand,
            action,
            site,
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(events in prop::collection::vec(expressible(), 0..40)) {
            prop_assert_eq!(read(&write(&events).unwrap()).unwrap(), events);
        }

        #[test]
        fn what_is_read_is_written_back(
            lines in prop::collection::vec("T[0-9]\\|(acq|rel)\\(L[0-9]\\)\\|[1-9][0-9]{0,3}\n", 0..20)
        ) {
            let text = lines.concat();
            prop_assert_eq!(write(&read(&text).unwrap()).unwrap(), text);
        }
    }

    #[test]
    fn the_sample_of_rapid_s_readme_is_read() {
        let text = "T0|r(V123)|345\nT1|w(V234.23[0])|456\nT0|fork(T2)|123\nT2|acq(L34)|120\n\
                    T2|rel(L34)|130\nT0|join(T2)|134\n\n";
        let actions: Vec<_> = read(text)
            .unwrap()
            .iter()
            .map(|e| (e.strand, e.action))
            .collect();
        assert_eq!(
            actions,
            [
                (
                    0,
                    Action::Read {
                        address: 123,
                        size: 1
                    }
                ),
                (
                    1,
                    Action::Write {
                        address: 1 << 63,
                        size: 1
                    }
                ),
                (0, Action::Fork { child: 2 }),
                (
                    2,
                    Action::Lock {
                        object: 34,
                        shared: false
                    }
                ),
                (
                    2,
                    Action::Unlock {
                        object: 34,
                        shared: false
                    }
                ),
                (0, Action::Join { child: 2 }),
            ]
        );
    }

    #[test]
    fn names_that_look_alike_stay_apart() {
        let events = read("# a comment\r\nmain|w(V7)|1\r\nmain|w(V07)|1\r\nT0|w(V07)|1\n").unwrap();
        let of = |i: usize| (events[i].strand, events[i].action);
        assert_ne!(of(0).1, of(1).1);
        assert_eq!(of(1).1, of(2).1);
        assert_ne!(of(1).0, of(2).0);
    }

    #[test]
    fn errors_name_file_line_and_what_was_expected() {
        for (line, what) in [
            ("T0|w(V1)", "three fields"),
            ("T0|sync(V1)|3", "r, w, acq, rel, fork or join"),
            ("T0|w(V1|3", "r, w, acq, rel, fork or join"),
            ("T0|w|3", "r, w, acq, rel, fork or join"),
            ("T0|w(V1)|here", "a location, a whole number"),
            ("|w(V1)|3", "the name of a thread"),
        ] {
            let error = read(&format!("T0|begin|1\n{line}\n")).unwrap_err();
            assert!(
                error.starts_with(&format!("t.std:2: expected {what}")),
                "{error}"
            );
            assert!(error.contains(&excerpt(line)), "{error}");
        }
    }

    #[test]
    fn a_variable_is_a_range_of_bytes_that_no_other_access_cuts() {
        let access = |address, size| Event {
            strand: 0,
            action: Action::Read { address, size },
            site: 0,
        };
        assert_eq!(
            write(&[access(8, 4), access(12, 4), access(8, 4)])
                .unwrap()
                .lines()
                .count(),
            3
        );
        for cut in [
            access(8, 8),
            access(10, 4),
            access(6, 4),
            access(9, 1),
            access(6, 20),
        ] {
            let error = write(&[access(8, 4), cut]).unwrap_err();
            assert!(
                matches!(error, Unwritable::Overlap(e) if e == cut),
                "{error}"
            );
        }
        let fence = Action::Fence {
            order: super::super::Order::SeqCst,
        };
        let error = write(&[Event {
            strand: 0,
            action: fence,
            site: 0,
        }])
        .unwrap_err();
        assert!(matches!(error, Unwritable::Inexpressible(_)), "{error}");
    }
}
