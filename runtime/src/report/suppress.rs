//! The suppressions file: races that a user knows and does not want reported, in the manner of
//! ThreadSanitizer's. `docs/options.md` documents the format.
//!
//! A rule is matched against symbolised sides, so what a user reads in a report is what they write
//! in the file.

use super::{Access, Kind, Race};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The rules of a suppressions file, and how often each was used.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    rules: Vec<Rule>,
}

/// One line of the file.
#[derive(Debug)]
pub(crate) struct Rule {
    line: usize,
    text: String,
    what: What,
    pattern: String,
    used: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// `race:`: a function, in a data race or a map race.
    AnyRace,
    /// `data-race:`, `stale-write:`, ...: a function, in that kind.
    Only(Kind),
    /// `fn:`: a function, in any kind of report.
    Function,
    /// `file:`: a source file.
    File,
}

const PREFIXES: [(&str, What); 14] = [
    ("race", What::AnyRace),
    ("data-race", What::Only(Kind::DataRace)),
    ("map-race", What::Only(Kind::MapRace)),
    ("stale-write", What::Only(Kind::StaleWrite)),
    ("aba", What::Only(Kind::Aba)),
    ("atomicity", What::Only(Kind::Atomicity)),
    ("guard-deadlock", What::Only(Kind::GuardDeadlock)),
    ("guard-across-await", What::Only(Kind::GuardAcrossAwait)),
    ("lock-order", What::Only(Kind::LockOrder)),
    ("iteration", What::Only(Kind::Iteration)),
    ("stale-size", What::Only(Kind::StaleSize)),
    ("unordered", What::Only(Kind::Unordered)),
    ("fn", What::Function),
    ("file", What::File),
];

impl Suppressions {
    /// Reads a suppressions file.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or a line is not a rule.
    pub fn read(path: &Path) -> Result<Self, SuppressionsError> {
        let text = std::fs::read_to_string(path).map_err(|error| SuppressionsError {
            file: path.to_owned(),
            fault: Fault::Unreadable(error.to_string()),
        })?;
        Self::parse(&text).map_err(|fault| SuppressionsError {
            file: path.to_owned(),
            fault,
        })
    }

    fn parse(text: &str) -> Result<Self, Fault> {
        // Some editors begin a file with a byte order mark.
        let text = text.trim_start_matches('\u{feff}');
        let mut rules = Vec::new();
        for (line, text) in (1..).zip(text.lines().map(str::trim)) {
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            // `{closure#0}` is no comment.
            let text = text
                .split_once(" #")
                .map_or(text, |(rule, _)| rule.trim_end());
            let (prefix, pattern) = text.split_once(':').ok_or_else(|| Fault::NoPrefix {
                line,
                found: text.into(),
            })?;
            let (_, what) = PREFIXES
                .iter()
                .find(|(name, _)| *name == prefix.trim_end())
                .ok_or_else(|| Fault::UnknownPrefix {
                    line,
                    found: prefix.into(),
                })?;
            let pattern = pattern.trim();
            if pattern.is_empty() {
                return Err(Fault::NoPattern { line });
            }
            rules.push(Rule {
                line,
                text: text.to_owned(),
                what: *what,
                pattern: pattern.to_owned(),
                used: AtomicU64::new(0),
            });
        }
        Ok(Suppressions { rules })
    }

    /// Whether a rule silences this race. The first one that does is counted as used.
    pub fn matches(&self, race: &Race) -> bool {
        let Some(rule) = self.rules.iter().find(|rule| rule.matches(race)) else {
            return false;
        };
        // A count and nothing else: it publishes nothing.
        rule.used.fetch_add(1, Ordering::Relaxed);
        true
    }

    /// The rules that silenced nothing so far, in the order of the file.
    pub fn unused(&self) -> impl Iterator<Item = &Rule> {
        self.rules
            .iter()
            .filter(|rule| rule.used.load(Ordering::Relaxed) == 0)
    }
}

impl Rule {
    fn matches(&self, race: &Race) -> bool {
        let applies = match self.what {
            What::Only(kind) => kind == race.kind(),
            What::AnyRace => matches!(race.kind(), Kind::DataRace | Kind::MapRace),
            What::Function | What::File => true,
        };
        applies
            && race
                .accesses()
                .iter()
                .any(|access| self.matches_access(access))
    }

    fn matches_access(&self, access: &Access) -> bool {
        let frames = access.stack().iter();
        match self.what {
            What::File => access
                .location()
                .map(|location| location.file())
                .into_iter()
                .chain(frames.filter_map(|frame| frame.file()))
                .any(|file| matches_file(&self.pattern, file)),
            _ => frames
                .filter_map(|frame| frame.function())
                .any(|function| matches_function(&self.pattern, function)),
        }
    }
}

/// `line 3: race:app::bump`
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.text)
    }
}

/// A function's whole path, or that of a function it stands in: a rule for `app::f` holds for the
/// closures in it.
fn matches_function(pattern: &str, function: &str) -> bool {
    glob(pattern, function)
        || function
            .match_indices("::")
            .any(|(end, _)| glob(pattern, &function[..end]))
}

/// A whole path, or its end from a `/` on: a rule for `src/x.rs` holds wherever the workspace is.
fn matches_file(pattern: &str, file: &str) -> bool {
    let file = file.replace('\\', "/");
    glob(pattern, &file)
        || file
            .match_indices('/')
            .any(|(slash, _)| glob(pattern, &file[slash + 1..]))
}

/// Whether `text` is `pattern`, where `*` stands for any text, `::` and `/` included.
fn glob(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    // Every part but the last may take its first chance: what that leaves is the longest rest.
    let mut parts: Vec<&str> = tail.split('*').collect();
    let last = parts.pop().unwrap_or_default();
    for part in parts {
        match text.find(part) {
            Some(start) => text = &text[start + part.len()..],
            None => return false,
        }
    }
    text.ends_with(last)
}

/// Why a suppressions file was not understood, in one line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SuppressionsError {
    file: PathBuf,
    fault: Fault,
}

#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Unreadable(String),
    NoPrefix { line: usize, found: String },
    UnknownPrefix { line: usize, found: String },
    NoPattern { line: usize },
}

impl std::error::Error for SuppressionsError {}

impl fmt::Display for SuppressionsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.file.display();
        match &self.fault {
            Fault::Unreadable(reason) => {
                write!(
                    f,
                    "suppressions: {file}: expected a readable file: {reason}"
                )
            }
            Fault::NoPrefix { line, found } => write!(
                f,
                "suppressions: {file}:{line}: expected kind:pattern, such as race:app::f, found \
                 '{found}'"
            ),
            Fault::UnknownPrefix { line, found } => {
                write!(f, "suppressions: {file}:{line}: expected ")?;
                for (i, (name, _)) in PREFIXES.iter().enumerate() {
                    let between = match i {
                        0 => "",
                        _ if i + 1 == PREFIXES.len() => " or ",
                        _ => ", ",
                    };
                    write!(f, "{between}{name}")?;
                }
                write!(f, " before the ':', found '{found}'")
            }
            Fault::NoPattern { line } => {
                write!(
                    f,
                    "suppressions: {file}:{line}: expected a pattern behind the ':'"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn suppressed(rules: &str) -> bool {
        Suppressions::parse(rules).unwrap().matches(&sample::race())
    }

    fn error(text: &str) -> String {
        let fault = Suppressions::parse(text).expect_err(text);
        SuppressionsError {
            file: "s.txt".into(),
            fault,
        }
        .to_string()
    }

    #[test]
    fn a_function_of_either_side_is_matched_by_its_whole_path() {
        assert!(suppressed("race:app::bump"));
        assert!(suppressed("race:app::peek"));
        assert!(suppressed("race:app::main"), "the closure stands in main");
        assert!(suppressed("race:app::*"));
        assert!(suppressed("fn:*::bump"));
        assert!(!suppressed("race:bump"));
        assert!(!suppressed("race:app::bum"));
        assert!(!suppressed("race:app::other"));
    }

    #[test]
    fn what_follows_a_rule_behind_a_space_is_a_comment() {
        assert!(suppressed("race:app::bump # a hint only"));
        assert!(!suppressed("race:app::bump#0"));
        assert!(error("fn: # nothing").contains("pattern"));
    }

    #[test]
    fn a_kind_matches_only_itself() {
        assert!(suppressed("data-race:app::bump"));
        assert!(!suppressed("map-race:app::bump"));
    }

    #[test]
    fn a_file_is_matched_whole_or_from_a_slash_on() {
        assert!(suppressed("file:app/src/main.rs"));
        assert!(suppressed("file:src/main.rs"));
        assert!(suppressed("file:main.rs"));
        assert!(suppressed("file:src/*"));
        assert!(!suppressed("file:ain.rs"));
        assert!(!suppressed("file:src/lib.rs"));
    }

    #[test]
    fn comments_and_empty_lines_are_no_rules() {
        assert!(!suppressed("# race:app::bump\n\n   # more\n"));
        assert!(suppressed("# why\n  race: app::bump  \n"));
    }

    #[test]
    fn use_is_counted_so_that_unused_rules_can_be_listed() {
        let suppressions = Suppressions::parse("race:nobody\n\nrace:app::bump").unwrap();
        let unused = || {
            suppressions
                .unused()
                .map(Rule::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(unused(), ["line 1: race:nobody", "line 3: race:app::bump"]);
        assert!(suppressions.matches(&sample::race()));
        assert!(suppressions.matches(&sample::race()));
        assert_eq!(unused(), ["line 1: race:nobody"]);
        assert_eq!(suppressions.rules[1].used.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn suppressed_races_are_counted_and_left_out() {
        let suppressions = Suppressions::parse("file:report/sample.rs").unwrap();
        let report = sample::report_less(sample::findings(), &suppressions);
        assert_eq!((report.races().len(), report.suppressed()), (0, 1));
    }

    #[test]
    fn errors_name_the_file_the_line_and_what_was_expected() {
        assert_eq!(
            error("# fine\nbump"),
            "suppressions: s.txt:2: expected kind:pattern, such as race:app::f, found 'bump'"
        );
        assert_eq!(
            error("thread:x"),
            "suppressions: s.txt:1: expected race, data-race, map-race, stale-write, aba, \
             atomicity, guard-deadlock, guard-across-await, lock-order, iteration, stale-size, \
             unordered, fn or file before the ':', \
             found 'thread'"
        );
        assert_eq!(
            error("race:  "),
            "suppressions: s.txt:1: expected a pattern behind the ':'"
        );
        let missing = Suppressions::read(Path::new("/no/such"))
            .unwrap_err()
            .to_string();
        assert!(
            missing.starts_with("suppressions: /no/such: expected a readable file: "),
            "{missing}"
        );
    }

    #[test]
    fn a_star_stands_for_any_text() {
        for (pattern, text) in [
            ("*", ""),
            ("a*", "a"),
            ("*b", "ab"),
            ("a*b*c", "axxbyybc"),
            ("a**c", "abc"),
            ("ab", "ab"),
        ] {
            assert!(glob(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [
            ("a*a", "a"),
            ("a*b*c", "acb"),
            ("", "a"),
            ("ab", "abc"),
            ("b*", "ab"),
        ] {
            assert!(!glob(pattern, text), "{pattern} {text}");
        }
    }
}
