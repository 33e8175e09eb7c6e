//! Fidge's own trace format: one JSON object a line.
//!
//! ```text
//! {"schema":"fidge-trace/1","metadata":{"program":"index"}}
//! {"define":7,"text":"src/main.rs:10:5 HashMap::get"}
//! {"strand":0,"fork":{"child":1},"site":0}
//! {"strand":1,"write":{"address":4096,"size":8},"site":7}
//! {"strand":1,"store":{"address":4104,"size":1,"order":"release"},"site":7}
//! {"strand":1,"begin":null,"site":7}
//! ```
//!
//! The first line is the header. A line that defines a site may stand anywhere after it, so that a
//! recorder can write a site when it first meets it; the last definition of a site holds. All other
//! lines are events (see [`Event`]); nothing is lost in either direction. Blank lines are skipped.
//! Another `schema` is refused: a later version may mean something else by the same words.

use super::error::excerpt;
use super::{Error, Event, Metadata, SiteId, Sites};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Write};

/// What the header's `schema` says.
pub const SCHEMA: &str = "fidge-trace/1";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header<'a> {
    schema: std::borrow::Cow<'a, str>,
    #[serde(default)]
    metadata: std::borrow::Cow<'a, Metadata>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteText<'a> {
    define: SiteId,
    text: std::borrow::Cow<'a, str>,
}

/// Reads events one at a time; an [`Iterator`] that ends after its first error.
#[derive(Debug)]
pub struct Reader<R> {
    name: String,
    input: R,
    line: u64,
    buffer: String,
    metadata: Metadata,
    sites: Sites,
    failed: bool,
}

impl<R: BufRead> Reader<R> {
    /// Reads the header. `name` is what errors call the input.
    ///
    /// # Errors
    /// When there is no header, or one of another schema.
    pub fn new(name: &str, input: R) -> Result<Self, Error> {
        let mut reader = Reader {
            name: name.into(),
            input,
            line: 0,
            buffer: String::new(),
            metadata: Metadata::new(),
            sites: Sites::new(),
            failed: false,
        };
        reader.read_line()?;
        let text = reader.buffer.trim_end();
        let expected = |found: String| {
            Error::expected(
                name,
                1,
                format!("the header {{\"schema\":\"{SCHEMA}\"}}, found {found}"),
            )
        };
        let header: Header =
            serde_json::from_str(text).map_err(|e| expected(format!("{} ({e})", excerpt(text))))?;
        if header.schema != SCHEMA {
            return Err(expected(format!("schema {}", excerpt(&header.schema))));
        }
        reader.metadata = header.metadata.into_owned();
        Ok(reader)
    }

    /// What the header says.
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The sites defined so far: all of them once the events are at an end.
    pub fn sites(&self) -> &Sites {
        &self.sites
    }

    /// Metadata and sites, once the events are read.
    pub fn into_tables(self) -> (Metadata, Sites) {
        (self.metadata, self.sites)
    }

    /// Fills `buffer` with the next line; false at the end.
    fn read_line(&mut self) -> Result<bool, Error> {
        self.line += 1;
        self.buffer.clear();
        let read = self.input.read_line(&mut self.buffer);
        read.map(|bytes| bytes > 0)
            .map_err(|e| Error::io(&self.name, self.line, e))
    }

    fn next_event(&mut self) -> Result<Option<Event>, Error> {
        while self.read_line()? {
            let text = self.buffer.trim();
            if text.is_empty() {
                continue;
            }
            // Events are nearly all lines, so they are tried first.
            let error = match serde_json::from_str(text) {
                Ok(event) => return Ok(Some(event)),
                Err(error) => error,
            };
            match serde_json::from_str::<SiteText>(text) {
                Ok(site) => self.sites.insert(site.define, site.text.into_owned()),
                Err(_) => {
                    let what = "an event such as \
                         {\"strand\":0,\"read\":{\"address\":64,\"size\":8},\"site\":0} \
                         or a site such as {\"define\":0,\"text\":\"main.rs:1:1\"}";
                    let what = format!("{what}, found {} ({error})", excerpt(text));
                    return Err(Error::expected(&self.name, self.line, what));
                }
            };
        }
        Ok(None)
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

/// Writes a trace line by line. Wants a buffered `output`.
#[derive(Debug)]
pub struct Writer<W> {
    output: W,
}

impl<W: Write> Writer<W> {
    /// Writes the header.
    ///
    /// # Errors
    /// Those of `output`, here and in the other methods.
    pub fn new(output: W, metadata: &Metadata) -> io::Result<Self> {
        let mut writer = Writer { output };
        let metadata = std::borrow::Cow::Borrowed(metadata);
        writer.object(&Header {
            schema: SCHEMA.into(),
            metadata,
        })?;
        Ok(writer)
    }

    /// Defines a site: `text` is shown wherever `site` is named.
    pub fn site(&mut self, site: SiteId, text: &str) -> io::Result<()> {
        self.object(&SiteText {
            define: site,
            text: text.into(),
        })
    }

    /// Adds an event.
    pub fn event(&mut self, event: &Event) -> io::Result<()> {
        self.object(event)
    }

    /// Flushes, and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        self.output.flush()?;
        Ok(self.output)
    }

    fn object(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut self.output, value)?;
        self.output.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::random::Program;
    use crate::trace::{Action, Trace};
    use proptest::prelude::*;

    fn read(text: &str) -> Result<Trace, String> {
        Trace::read("t.fidge", text.as_bytes()).map_err(|e| e.to_string())
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            seed: u64,
            length in 0usize..200,
            metadata in prop::collection::btree_map(".{0,9}", ".{0,9}", 0..4),
            sites in prop::collection::btree_map(any::<SiteId>(), ".{0,20}", 0..4),
        ) {
            let events = Program::default().seed(seed).events().take(length).collect();
            let trace = Trace { metadata, sites, events };
            let mut bytes = Vec::new();
            trace.write(&mut bytes).unwrap();
            prop_assert_eq!(Trace::read("memory", bytes.as_slice()).unwrap(), trace);
        }

        #[test]
        fn no_input_brings_the_reader_down(lines in prop::collection::vec(".{0,40}", 0..4)) {
            let text = format!("{{\"schema\":\"{SCHEMA}\"}}\n{}", lines.join("\n"));
            let _ = read(&text);
        }
    }

    #[test]
    fn the_example_of_the_module_docs_is_read() {
        let text = "{\"schema\":\"fidge-trace/1\",\"metadata\":{\"program\":\"index\"}}\n\
            {\"define\":7,\"text\":\"src/main.rs:10:5 HashMap::get\"}\n\
            {\"strand\":0,\"fork\":{\"child\":1},\"site\":0}\n\n\
            {\"strand\":1,\"begin\":null,\"site\":7}";
        let trace = read(text).unwrap();
        assert_eq!(trace.metadata["program"], "index");
        assert_eq!(trace.sites[&7], "src/main.rs:10:5 HashMap::get");
        let fork = Event {
            strand: 0,
            action: Action::Fork { child: 1 },
            site: 0,
        };
        assert_eq!(
            trace.events,
            [
                fork,
                Event {
                    strand: 1,
                    action: Action::Begin,
                    site: 7
                }
            ]
        );
    }

    #[test]
    fn errors_name_file_line_and_what_was_expected() {
        let header = "{\"schema\":\"fidge-trace/1\"}\n";
        for (text, start) in [
            (
                "".to_string(),
                "t.fidge:1: expected the header {\"schema\":\"fidge-trace/1\"}, found `` ",
            ),
            (
                "{\"schema\":\"fidge-trace/9\"}".into(),
                "t.fidge:1: expected the header",
            ),
            (
                format!("{header}\n{{\"strand\":0}}\n"),
                "t.fidge:3: expected an event such as",
            ),
            (
                format!("{header}{{\"strand\":0,\"rea"),
                "t.fidge:2: expected an event such as",
            ),
        ] {
            let error = read(&text).unwrap_err();
            assert!(error.starts_with(start), "{error}");
            assert_eq!(error.lines().count(), 1, "{error}");
        }
    }
}
