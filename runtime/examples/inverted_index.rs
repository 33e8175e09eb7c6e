//! An inverted index: which word stands where. Several threads read files, each into a map of its
//! own; the main thread merges each map as soon as its reader says that it is complete.
//!
//! ```text
//! cargo run --release -p fidge --features detect,dashmap --example inverted_index -- \
//!     --merge wrong --find lock README.md
//! ```
//!
//! With `--merge correct` the reader says so by a release store, which the merger's acquire load
//! sees: all the reader wrote happens before the merge. With `--merge wrong` both are relaxed, a
//! mistake that a test on x86-64 will hardly ever show. Fidge reports the reader's insert and the
//! merger's drain, and the process exits with 66. Without the feature `detect` both merges print
//! the same index and exit with 0.

use fidge::collections::HashMap;
use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicBool, Ordering};
use fidge::thread;
use std::cell::UnsafeCell;
use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::exit;

const HELP: &str = "\
Builds an inverted index of text files on several threads.

Usage: inverted_index [--merge correct|wrong] [--threads N] [--find WORD]... [FILE]...

  --merge WHICH  how readers hand over what they read; `wrong` has a data race  [default: correct]
  --threads N    how many readers  [default: 4]
  --find WORD    print the lines on which the word stands; may be repeated
  FILE           what to index  [default: the sources of fidge itself]";

/// A line of a document, by the document's number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    document: usize,
    line: usize,
}

/// Where each word stands.
type Index = HashMap<String, Vec<Place>>;

/// Where a reader leaves its part of the index for the merger.
struct Shelf {
    part: UnsafeCell<Index>,
    complete: AtomicBool,
}

// SAFETY: `part` is its reader's until that calls `hand_over`, and the merger's once `take` has
// found it complete.
unsafe impl Sync for Shelf {}

impl Shelf {
    fn new() -> Self {
        Shelf {
            part: UnsafeCell::new(Index::new()),
            complete: AtomicBool::new(false),
        }
    }

    /// The part, for its reader.
    ///
    /// # Safety
    ///
    /// Only the one reader of this shelf calls it, and not after `hand_over`.
    #[allow(clippy::mut_from_ref)]
    unsafe fn part(&self) -> &mut Index {
        // SAFETY: the caller's promise.
        unsafe { &mut *self.part.get() }
    }

    /// The reader is done with it.
    fn hand_over(&self, merge: Merge) {
        merge.before_store();
        self.complete.store(true, merge.store());
    }

    /// Waits until the reader is done and moves what it found into `index`.
    fn merge_into(&self, index: &mut Index, merge: Merge) {
        while !self.complete.load(merge.load()) {
            thread::yield_now();
        }
        merge.after_load();
        // SAFETY: the reader has handed it over.
        let part = unsafe { &mut *self.part.get() };
        for (word, places) in part.drain() {
            index.entry(word).or_default().extend(places);
        }
    }
}

/// How readers hand over.
#[derive(Clone, Copy, PartialEq)]
enum Merge {
    Correct,
    Wrong,
}

impl Merge {
    fn store(self) -> Ordering {
        if self == Merge::Correct {
            Ordering::Release
        } else {
            Ordering::Relaxed
        }
    }

    fn load(self) -> Ordering {
        if self == Merge::Correct {
            Ordering::Acquire
        } else {
            Ordering::Relaxed
        }
    }

    // This is a demonstration and must not crash, so the wrong merge is kept in order after all, by
    // fences that Fidge does not see: they are std's, not Fidge's. A program with the same mistake
    // would not have them.

    fn before_store(self) {
        if self == Merge::Wrong {
            std::sync::atomic::fence(Ordering::Release);
        }
    }

    fn after_load(self) {
        if self == Merge::Wrong {
            std::sync::atomic::fence(Ordering::Acquire);
        }
    }
}

/// What is known of a document when it has been read.
struct Document {
    lines: usize,
    words: usize,
}

/// Reads one file into `part`.
fn read(path: &Path, document: usize, part: &mut Index) -> Result<Document, String> {
    let bytes = fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = String::from_utf8_lossy(&bytes);
    let (mut lines, mut words) = (0, 0);
    for (line, text) in (1..).zip(text.lines()) {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        for word in text.split(|c| !is_part(c)).filter(|word| !word.is_empty()) {
            let places = part.entry(word.to_lowercase()).or_default();
            if places.last() != Some(&Place { document, line }) {
                places.push(Place { document, line });
            }
            words += 1;
        }
        lines = line;
    }
    Ok(Document { lines, words })
}

/// Reads all files on `threads` threads; the index, and what was read by file number.
fn build(
    files: &[PathBuf],
    threads: usize,
    merge: Merge,
) -> Result<(Index, DashMap<usize, Document>), String> {
    let documents = DashMap::new();
    let shelves: Vec<_> = (0..threads).map(|_| Shelf::new()).collect();
    let mut index = Index::new();
    thread::scope(|scope| {
        let mut readers = Vec::new();
        for (number, shelf) in shelves.iter().enumerate() {
            let documents = &documents;
            let reader = move || {
                let mut result = Ok(());
                // Each reader has files of its own, so that a run is like any other.
                for (document, path) in files.iter().enumerate().skip(number).step_by(threads) {
                    // SAFETY: this is the shelf's reader, and it has not handed over yet.
                    let part = unsafe { shelf.part() };
                    result = read(path, document, part).map(|read| {
                        documents.insert(document, read);
                    });
                    if result.is_err() {
                        break;
                    }
                }
                shelf.hand_over(merge);
                result
            };
            let name = thread::Builder::new().name(format!("reader {number}"));
            readers.push(
                name.spawn_scoped(scope, reader)
                    .map_err(|error| error.to_string())?,
            );
        }
        for shelf in &shelves {
            shelf.merge_into(&mut index, merge);
        }
        readers
            .into_iter()
            .try_for_each(|reader| reader.join().expect("readers do not panic"))
    })?;
    for places in index.values_mut() {
        places.sort_unstable();
    }
    Ok((index, documents))
}

fn print(files: &[PathBuf], index: &Index, documents: &DashMap<usize, Document>, find: &[String]) {
    let lines: usize = documents.iter().map(|document| document.lines).sum();
    let words: usize = documents.iter().map(|document| document.words).sum();
    println!(
        "{} files, {lines} lines, {words} words, {} of them different",
        files.len(),
        index.len()
    );

    let mut by_count: Vec<_> = index
        .iter()
        .map(|(word, places)| (places.len(), word))
        .collect();
    by_count.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    for (lines, word) in by_count.into_iter().take(5) {
        println!("{lines:>8} lines  {word}");
    }
    for word in find {
        let places = index
            .get(&word.to_lowercase())
            .map_or(&[][..], Vec::as_slice);
        println!("`{word}` is on {} lines", places.len());
        for place in places {
            println!("    {}:{}", files[place.document].display(), place.line);
        }
    }
}

struct Arguments {
    merge: Merge,
    threads: usize,
    find: Vec<String>,
    files: Vec<PathBuf>,
}

fn arguments() -> Result<Arguments, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut arguments = Arguments {
        merge: Merge::Correct,
        threads: 4,
        find: Vec::new(),
        files: Vec::new(),
    };
    let which = |value: OsString| match value.to_str() {
        Some("correct") => Ok(Merge::Correct),
        Some("wrong") => Ok(Merge::Wrong),
        _ => Err(format!(
            "--merge: expected `correct` or `wrong`, not `{}`",
            value.display()
        )),
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("merge") => arguments.merge = which(parser.value()?)?,
            Long("threads") => arguments.threads = parser.value()?.parse::<usize>()?.max(1),
            Long("find") => arguments.find.push(parser.value()?.string()?),
            Short('h') | Long("help") => {
                println!("{HELP}");
                exit(0);
            }
            Value(file) => arguments.files.push(file.into()),
            other => return Err(other.unexpected().into()),
        }
    }
    if arguments.files.is_empty() {
        sources(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("src"),
            &mut arguments.files,
        )?;
        arguments.files.sort();
    }
    Ok(arguments)
}

/// All Rust files under `folder`.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sources(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn main() {
    let arguments = arguments().unwrap_or_else(|error| refuse(&error.to_string()));
    let Arguments {
        merge,
        threads,
        find,
        files,
    } = arguments;
    match build(&files, threads, merge) {
        Ok((index, documents)) => print(&files, &index, &documents, &find),
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &str) -> ! {
    eprintln!("inverted_index: {error}");
    exit(2)
}
