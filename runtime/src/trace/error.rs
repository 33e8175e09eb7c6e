//! Why a trace could not be read: file, line, and what was expected there.

use std::fmt;

/// A trace that could not be read.
///
/// Prints as one line, `run.fidge:17: expected …`.
#[derive(Debug)]
pub struct Error {
    name: String,
    line: u64,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Expected(String),
    Io(std::io::Error),
}

impl Error {
    pub(super) fn expected(name: &str, line: u64, what: impl Into<String>) -> Error {
        Error {
            name: name.into(),
            line,
            problem: Problem::Expected(what.into()),
        }
    }

    pub(super) fn io(name: &str, line: u64, error: std::io::Error) -> Error {
        Error {
            name: name.into(),
            line,
            problem: Problem::Io(error),
        }
    }

    /// The line, counted from 1; 0 when the input could not be opened at all.
    pub fn line(&self) -> u64 {
        self.line
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.problem, self.line) {
            (Problem::Expected(what), line) => write!(f, "{}:{line}: expected {what}", self.name),
            (Problem::Io(error), 0) => write!(f, "{}: {error}", self.name),
            (Problem::Io(error), line) => write!(f, "{}:{line}: {error}", self.name),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Expected(_) => None,
            Problem::Io(error) => Some(error),
        }
    }
}

/// `text`, cut to what fits a one-line message.
pub(super) fn excerpt(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return format!("`{text}`");
    }
    let head: String = text.chars().take(MOST).collect();
    format!("`{head}…`")
}
