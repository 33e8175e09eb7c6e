//! What has been measured so far, on disk: FILE.partial beside the results' FILE, until that is whole.
//!
//! Lines of JSON: first one that says for which settings on which machine, then one for each run as it
//! is made. A kill loses the line that is being written and no more: what follows the last line feed
//! is cut off when the file is opened again. A full disk stops the campaign, and loses as little. A line
//! for a run replaces what there was from that run on.

use crate::json::{Environment, Results, Settings};
use crate::run::Run;
use crate::save;
use crate::scenario::Variant;
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// The journal's own schema.
const SCHEMA: &str = "fidge-journal/1";

#[derive(Serialize, Deserialize)]
struct Head {
    schema: String,
    environment: Environment,
    settings: Settings,
}

/// A run, and of what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// `class/name`.
    pub scenario: String,
    /// Which of its programs.
    pub variant: Variant,
    /// Name of the detector.
    pub detector: String,
    /// What it came to.
    #[serde(flatten)]
    pub run: Run,
}

/// An open journal. Only one process has it at a time.
pub struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// That of the results' file `results`, and what is in it already. Errors, one line, name the file: it
    /// cannot be written, another process has it, it was begun with other settings or elsewhere or by another
    /// build, or there are finished results of other settings.
    pub fn open(
        results: &Path,
        settings: &Settings,
        environment: &Environment,
    ) -> Result<(Self, Vec<Entry>), String> {
        save::check(results)?;
        // Earlier results of the same are replaced; what is anything else was named by mistake.
        if fs::metadata(results).is_ok_and(|file| file.len() > 0) {
            let there =
                Results::read(results).map_err(|e| format!("{e}; it would be written over"))?;
            if let Some((what, there, here)) = difference(&there.settings, settings) {
                let path = results.display();
                return Err(format!(
                    "{path}: it has results of another {what} ({there}, not {here}), which would be written over"
                ));
            }
        }
        let path = partial(results);
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| failed(&e))?;
        lock(&file).map_err(|_| failed(&"another process is writing it"))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(|e| failed(&e))?;
        let whole = text
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |end| end + 1);
        let cut = file
            .set_len(whole as u64)
            .and_then(|()| file.seek(io::SeekFrom::End(0)));
        cut.map_err(|e| failed(&e))?;
        let text = std::str::from_utf8(&text[..whole]).map_err(|e| failed(&e))?;
        let entries = match text.split_once('\n') {
            None => Vec::new(),
            Some((head, lines)) => {
                check(head, settings, environment).map_err(|e| failed(&e))?;
                parse(lines).map_err(|e| failed(&e))?
            }
        };
        let mut journal = Journal { path, file };
        if whole == 0 {
            let head = Head {
                schema: SCHEMA.to_owned(),
                environment: environment.clone(),
                settings: settings.clone(),
            };
            journal.write(&head)?;
            journal.sync()?;
        }
        Ok((journal, entries))
    }

    /// Adds a run.
    pub fn add(&mut self, entry: &Entry) -> Result<(), String> {
        self.write(entry)
    }

    /// Has the disk have it, so that a crash of the machine does not lose it either.
    pub fn sync(&mut self) -> Result<(), String> {
        self.file.sync_data().map_err(|error| self.failed(&error))
    }

    /// Removes it: the results are whole.
    pub fn remove(self) -> Result<(), String> {
        fs::remove_file(&self.path).map_err(|error| format!("{}: {error}", self.path.display()))
    }

    fn write(&mut self, line: &impl Serialize) -> Result<(), String> {
        let text = serde_json::to_string(line).expect("plain data") + "\n";
        // In one piece, so that other than by a full disk there is no half line.
        self.file
            .write_all(text.as_bytes())
            .map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &io::Error) -> String {
        let path = self.path.display();
        format!(
            "{path}: {error}; what came before is in it, and the same command goes on from there"
        )
    }
}

/// The journal's file beside that of the results.
pub fn partial(results: &Path) -> PathBuf {
    let mut path = results.as_os_str().to_owned();
    path.push(".partial");
    PathBuf::from(path)
}

#[cfg(unix)]
fn lock(file: &File) -> io::Result<()> {
    use rustix::fs::{FlockOperation, flock};
    Ok(flock(file, FlockOperation::NonBlockingLockExclusive)?)
}

#[cfg(not(unix))]
fn lock(_: &File) -> io::Result<()> {
    Ok(())
}

fn check(head: &str, settings: &Settings, environment: &Environment) -> Result<(), String> {
    let head: Head = serde_json::from_str(head)
        .ok()
        .filter(|head: &Head| head.schema == SCHEMA)
        .ok_or_else(|| format!("expected a journal of schema \"{SCHEMA}\""))?;
    let differs = |what: &str, there: &str, here: &str| {
        Err(format!(
            "it was begun with another {what} ({there}, not {here}): repeat that command to go on, or remove \
             the file to start anew"
        ))
    };
    if let Some((what, there, here)) = difference(&head.settings, settings) {
        return differs(what, &there, &here);
    }
    let (there, here) = (&head.environment, environment);
    if there.of_any_build() != here.of_any_build() {
        let name = |e: &Environment| serde_json::to_string(&e.of_any_build()).expect("plain data");
        return differs("environment", &name(there), &name(here));
    }
    if there.build != here.build {
        let name = |e: &Environment| e.build.clone().unwrap_or("unknown".to_owned());
        return differs("build", &name(there), &name(here));
    }
    Ok(())
}

/// What the settings, shards included, differ in first, and as what each has it.
fn difference(there: &Settings, here: &Settings) -> Option<(&'static str, String, String)> {
    let shard = |settings: &Settings| settings.shard.clone().unwrap_or("all".to_owned());
    let shards = (there.shard != here.shard).then(|| ("shard", shard(there), shard(here)));
    there.difference(here).or(shards)
}

fn parse(lines: &str) -> Result<Vec<Entry>, String> {
    let entry = |(number, line)| {
        serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))
    };
    (2..).zip(lines.lines()).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::tests::results;
    use crate::run::Ending;
    use crate::schedule::Schedule;

    fn entry(run: u64) -> Entry {
        Entry {
            scenario: "map/two-locks".into(),
            variant: Variant::Racy,
            detector: "fidge".into(),
            run: Run {
                ms: Some(0.1 + 0.2),
                ..Run::lost(run, Ending::Crashed, Some("signal: 6".into()))
            },
        }
    }

    struct Place(tempfile::TempDir);

    impl Place {
        fn new() -> Self {
            Place(tempfile::tempdir().expect("a folder"))
        }

        fn open_with(
            &self,
            change: impl FnOnce(&mut Settings),
        ) -> Result<(Journal, Vec<Entry>), String> {
            let mut results = results();
            change(&mut results.settings);
            let path = self.0.path().join("r.json");
            Journal::open(&path, &results.settings, &results.environment)
        }

        fn open(&self) -> (Journal, Vec<Entry>) {
            self.open_with(|_| ()).expect("equal settings")
        }

        fn partial(&self) -> PathBuf {
            self.0.path().join("r.json.partial")
        }
    }

    #[test]
    fn what_was_added_is_there_when_it_is_opened_again() {
        let place = Place::new();
        let (mut journal, before) = place.open();
        assert_eq!(before, []);
        journal.add(&entry(0)).expect("writable");
        journal.add(&entry(1)).expect("writable");
        drop(journal);
        let (journal, before) = place.open();
        assert_eq!(before, [entry(0), entry(1)]);
        journal.remove().expect("it is ours");
        assert!(!place.partial().exists());
    }

    #[test]
    fn a_line_that_was_being_written_is_cut_off() {
        let place = Place::new();
        place.open().0.add(&entry(0)).expect("writable");
        let whole = fs::read(place.partial()).expect("readable");
        for cut in [whole.len() - 1, whole.len() - 20] {
            fs::write(place.partial(), &whole[..cut]).expect("writable");
            let (mut journal, before) = place.open();
            assert_eq!(before, []);
            journal.add(&entry(7)).expect("writable");
            drop(journal);
            assert_eq!(place.open().1, [entry(7)]);
        }
        fs::write(place.partial(), &whole[..9]).expect("writable");
        assert_eq!(place.open().1, []);
    }

    #[test]
    fn other_settings_are_refused_in_one_line() {
        let place = Place::new();
        drop(place.open());
        let refused = |change: fn(&mut Settings), expected: &str| {
            let error = place.open_with(change).err().expect(expected);
            assert!(
                error.contains("r.json.partial: it was begun with another ")
                    && error.contains(expected)
                    && error.lines().count() == 1,
                "{error}"
            );
        };
        refused(|s| s.seed = 9, "seed (1, not 9)");
        refused(|s| s.runs = 9, "number of runs (4, not 9)");
        refused(
            |s| s.filter = Some("map".into()),
            "filter (none, not `map`)",
        );
        refused(
            |s| s.detectors.truncate(1),
            "detectors (fidge,oracle, not fidge)",
        );
        refused(|s| s.shard = Some("1/2".into()), "shard (all, not 1/2)");
        refused(
            |s| s.schedule = Schedule::Free,
            "schedule (steered, not free)",
        );
        refused(|s| s.timeout_s = Some(9), "time limit (60 s, not 9 s)");
        refused(|s| s.jobs = 2, "number of jobs (1, not 2)");
        refused(|s| s.isolate = true, "isolation (false, not true)");
    }

    #[test]
    fn another_machine_does_not_go_on() {
        let place = Place::new();
        drop(place.open());
        let mut other = results();
        other.environment.cpus += 1;
        let path = place.0.path().join("r.json");
        let error = Journal::open(&path, &other.settings, &other.environment);
        let error = error.err().expect("another machine");
        assert!(error.contains("another environment"), "{error}");
    }

    #[test]
    fn another_build_does_not_go_on() {
        let place = Place::new();
        let path = place.0.path().join("r.json");
        let mut results = results();
        let mut open = |build: Option<&str>| {
            results.environment.build = build.map(str::to_owned);
            Journal::open(&path, &results.settings, &results.environment)
        };
        drop(open(Some("f00")).expect("it is new"));
        drop(open(Some("f00")).expect("the same build"));
        let error = open(Some("ba4")).err().expect("another build");
        assert!(error.contains("another build (f00, not ba4)"), "{error}");
        let error = open(None).err().expect("another build");
        assert!(
            error.contains("another build (f00, not unknown)"),
            "{error}"
        );
    }

    #[test]
    fn finished_results_of_other_settings_are_not_written_over() {
        let place = Place::new();
        let path = place.0.path().join("r.json");
        results().save(&path).expect("writable");
        drop(place.open());
        fs::remove_file(place.partial()).expect("it is there");
        for (change, expected) in [
            (
                (|s| s.seed = 9) as fn(&mut Settings),
                "another seed (1, not 9)",
            ),
            (
                |s| s.shard = Some("1/2".into()),
                "another shard (all, not 1/2)",
            ),
        ] {
            let error = place.open_with(change).err().expect(expected);
            assert!(
                error.contains("r.json: it has results of ")
                    && error.contains(expected)
                    && error.lines().count() == 1,
                "{error}"
            );
            assert!(!place.partial().exists());
        }
        assert_eq!(Results::read(&path), Ok(results()));
    }

    #[test]
    fn a_file_that_is_no_journal_is_refused() {
        let place = Place::new();
        fs::write(place.partial(), "notes\n").expect("writable");
        let error = place.open_with(|_| ()).err().expect("no journal");
        assert!(
            error.ends_with("expected a journal of schema \"fidge-journal/1\""),
            "{error}"
        );
        fs::remove_file(place.partial()).expect("it is there");
        drop(place.open());
        let mut text = fs::read_to_string(place.partial()).expect("readable");
        text += "{}\n";
        fs::write(place.partial(), text).expect("writable");
        let error = place.open_with(|_| ()).err().expect("no entry");
        assert!(error.contains("line 2: missing field"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn only_one_process_writes_it() {
        let place = Place::new();
        let _open = place.open();
        let error = place.open_with(|_| ()).err().expect("it is taken");
        assert!(error.ends_with("another process is writing it"), "{error}");
    }
}
