//! What is wrong with `FIDGE_OPTIONS`, in one line that names the key, what was expected, and for a
//! near miss what was likely meant.

use super::{KEYS, VARIABLE};
use std::fmt;

/// Why `FIDGE_OPTIONS` was not understood, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OptionsError {
    /// The variable is not text.
    NotUtf8,
    /// A part without `=`.
    NotAPair(String),
    /// A key that is not in the table.
    UnknownKey(String),
    /// A value that its key does not take.
    BadValue {
        /// The key.
        key: &'static str,
        /// What its values look like.
        expected: &'static str,
        /// The value.
        found: String,
    },
    /// A quote that is never closed.
    OpenQuote {
        /// The key whose value it opens.
        key: String,
        /// The quote.
        quote: char,
    },
    /// Text right behind a closing quote.
    AfterQuote {
        /// The key whose value was quoted.
        key: String,
    },
}

impl std::error::Error for OptionsError {}

impl fmt::Display for OptionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{VARIABLE}: ")?;
        match self {
            Self::NotUtf8 => write!(f, "expected key=value:key=value in UTF-8"),
            Self::NotAPair(part) => write!(f, "expected key=value, found '{part}'"),
            Self::UnknownKey(key) => {
                write!(f, "unknown key '{key}'")?;
                match nearest(key) {
                    Some(name) => write!(f, "; did you mean '{name}'?"),
                    None => write!(f, "; help=1 lists the keys"),
                }
            }
            Self::BadValue {
                key,
                expected,
                found,
            } => {
                write!(f, "{key}: expected {expected}, found '{found}'")
            }
            Self::OpenQuote { key, quote } => {
                write!(f, "{key}: expected a closing {quote} behind the value")
            }
            Self::AfterQuote { key } => {
                write!(f, "{key}: expected ':' or the end behind the quoted value")
            }
        }
    }
}

/// The key that `name` most likely meant: at most a third of it is wrong.
fn nearest(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let (distance, key) = KEYS
        .iter()
        .map(|key| (edit_distance(&name, key.name), key.name))
        .min_by_key(|(d, _)| *d)?;
    (distance <= (key.len() / 3).max(1)).then_some(key)
}

/// Insertions, removals and replacements of one character that turn `a` into `b` (Levenshtein).
fn edit_distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.chars().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.chars().count()]
}
