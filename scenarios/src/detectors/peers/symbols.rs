//! The source lines behind a program's addresses.
//!
//! ThreadSanitizer starts an external symboliser in each process, which takes ten times as long as the
//! program does. So it is told to print addresses, and they are looked up here, once a build.

use super::place::Frame;
use addr2line::Loader;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// A program's debug information.
pub struct Symbols(Mutex<Cached>);

struct Cached {
    loader: Loader,
    known: HashMap<u64, Vec<Frame>>,
}

impl Symbols {
    /// Those of the program at `path`. An error is one line.
    pub fn of(path: &Path) -> Result<Self, String> {
        let loader = Loader::new(path).map_err(|error| {
            let path = path.display();
            format!("the debug information of {path} cannot be read: {error}")
        })?;
        let known = HashMap::new();
        Ok(Symbols(Mutex::new(Cached { loader, known })))
    }

    /// The frames at an offset into the program, that of a call or an access: one for each function that
    /// was inlined there, innermost first. None where nothing is known.
    pub fn frames(&self, offset: u64) -> Vec<Frame> {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Cached { loader, known } = &mut *cached;
        let frames = known.entry(offset);
        frames.or_insert_with(|| look_up(loader, offset)).clone()
    }
}

fn look_up(loader: &Loader, offset: u64) -> Vec<Frame> {
    let mut frames = Vec::new();
    if let Ok(mut found) = loader.find_frames(offset) {
        while let Ok(Some(frame)) = found.next() {
            let location = frame.location;
            frames.extend(location.and_then(|at| {
                let file = at.file?.to_owned();
                Some(Frame {
                    file,
                    line: at.line?,
                })
            }));
        }
    }
    frames
}
