//! Traces: what an execution did, kept so that other detectors and other people's tools can judge it.
//!
//! - [`event`]: the event model.
//! - [`jsonl`]: Fidge's own format, one JSON object a line (`.fidge` files); loses nothing.
//! - [`rapid`]: the STD text format of the RAPID tools; [`lower`] says what happens to what that format
//!   cannot express.
//! - [`record`](record()): runs a program as a session and returns its trace.
//!
//! Reading is streamed: a reader is an iterator of events and holds one line at a time. [`Trace`] is the
//! whole of a trace in memory, for those who want to look at it twice.

pub mod error;
pub mod event;
pub mod jsonl;
pub mod lower;
pub mod rapid;
mod record;

pub use error::Error;
pub use event::{Action, Event, ObjectId, Order, SiteId, StrandId};
pub use record::record;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

/// Facts about a trace: the program, the seed, the machine. Free text under free names.
pub type Metadata = BTreeMap<String, String>;

/// The text of sites, such as `file.rs:10:5 HashMap::get`. A site without a text is no error.
pub type Sites = BTreeMap<SiteId, String>;

/// A trace in memory.
///
/// ```
/// use fidge::trace::{Action, Event, Trace};
///
/// let mut trace = Trace::default();
/// trace.sites.insert(7, "main.rs:3:9 Cell::set".into());
/// trace.events.push(Event { strand: 0, action: Action::Write { address: 64, size: 8 }, site: 7 });
///
/// let mut bytes = Vec::new();
/// trace.write(&mut bytes).unwrap();
/// assert_eq!(Trace::read("memory", bytes.as_slice()).unwrap(), trace);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Facts about the trace as a whole.
    pub metadata: Metadata,
    /// What is known of the sites.
    pub sites: Sites,
    /// What happened, in order. A detector names an event by its index here.
    pub events: Vec<Event>,
}

impl Trace {
    /// Reads a whole trace in Fidge's own format. `name` is what errors call the input.
    ///
    /// # Errors
    /// The first line that is not what the format expects, or the failure to read.
    pub fn read(name: &str, input: impl BufRead) -> Result<Trace, Error> {
        let mut reader = jsonl::Reader::new(name, input)?;
        let events = reader.by_ref().collect::<Result<_, _>>()?;
        let (metadata, sites) = reader.into_tables();
        Ok(Trace {
            metadata,
            sites,
            events,
        })
    }

    /// Writes the trace in Fidge's own format: header, sites, events.
    ///
    /// # Errors
    /// Those of `output`.
    pub fn write(&self, output: impl Write) -> std::io::Result<()> {
        let mut writer = jsonl::Writer::new(output, &self.metadata)?;
        for (site, text) in &self.sites {
            writer.site(*site, text)?;
        }
        for event in &self.events {
            writer.event(event)?;
        }
        writer.finish().map(drop)
    }

    /// Reads a file: the STD format if its name ends in `.std`, else Fidge's own.
    ///
    /// # Errors
    /// As [`read`](Self::read); the error names the file.
    pub fn open(path: impl AsRef<Path>) -> Result<Trace, Error> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let file = File::open(path).map_err(|e| Error::io(&name, 0, e))?;
        let input = BufReader::new(file);
        if path.extension().is_some_and(|e| e == "std") {
            let events = rapid::Reader::new(&name, input).collect::<Result<_, _>>()?;
            Ok(Trace {
                events,
                ..Trace::default()
            })
        } else {
            Trace::read(&name, input)
        }
    }

    /// Writes a file in Fidge's own format, replacing what was there.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn save(&self, path: impl AsRef<Path>) -> std::io::Result<()> {
        self.write(BufWriter::new(File::create(path)?))
    }
}
