//! `FIDGE_OPTIONS`: what a user may set without touching the program, as `TSAN_OPTIONS` and
//! `GORACE` do it.
//!
//! One table, [`KEYS`], holds each key's name, its default, what its value must look like, what it
//! is for, and how it is set. The defaults of [`Options`], the text of `help=1` and the errors all
//! come from it; `docs/options.md` is held to it by a test. An unknown key or a malformed value is
//! an error and never ignored: a detector that silently ran with other settings than it was told
//! would mislead.

mod error;

use crate::Severity;
pub(crate) use error::OptionsError;
use std::fmt::Write;
use std::path::PathBuf;

/// The environment variable.
pub(crate) const VARIABLE: &str = "FIDGE_OPTIONS";

/// Settings of the whole process. Made once at start; [`Options::default`] is an empty
/// `FIDGE_OPTIONS`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// Exit code of a process that ran with detection on and raced.
    pub exitcode: u8,
    /// The form reports are printed in.
    pub report: Form,
    /// The file that reports are appended to; standard error where there is none.
    pub log_path: Option<PathBuf>,
    /// The suppressions file.
    pub suppressions: Option<PathBuf>,
    /// Most reports of one session.
    pub max_reports: u64,
    /// The order that decides what is a race.
    pub order: Order,
    /// The least severity that is reported.
    pub severity: Severity,
    /// What is checked.
    pub checks: Checks,
    /// What becomes of a request that would deadlock.
    pub deadlock: Deadlock,
    /// How stacks are captured.
    pub stacks: Stacks,
    /// Ceiling of the detector's memory, in MiB.
    pub memory_mb: u64,
    /// Whether text is coloured.
    pub color: Color,
    /// Whether reports hold addresses and unfolded stacks.
    pub verbose: bool,
    /// What is taken off the front of file names.
    pub strip_prefix: String,
    /// Seed of the first run; takes precedence over the one of `#[fidge::test]`.
    pub seed: Option<u64>,
    /// Whether the user asked for [`help`]; the caller prints it and exits with 0.
    pub help: bool,
}

/// The form of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people.
    Text,
    /// For programs: one JSON document a line.
    Json,
}

/// The order that decides what is a race.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Schedulable happens-before: what only follows from a reported race is not reported again.
    Shb,
    /// Happens-before.
    Hb,
}

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checks {
    /// Races, and what strands compose of several operations.
    All,
    /// Races.
    Races,
}

/// What becomes of a request that would deadlock, once it is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deadlock {
    /// It panics.
    Panic,
    /// It waits, as it would without Fidge.
    GoOn,
}

/// How stacks are captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stacks {
    /// Frame pointers where the build has them, else the unwinder.
    Auto,
    /// Frame pointers.
    FramePointers,
    /// The unwinder.
    Unwind,
    /// Locations only.
    Off,
}

/// Whether text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Even in a file.
    Always,
    /// Not at all.
    Never,
}

/// One row of the table. `set` returns `None` for a value that is not as `expected`.
struct Key {
    name: &'static str,
    default: &'static str,
    expected: &'static str,
    help: &'static str,
    set: fn(&mut Options, &str) -> Option<()>,
}

/// A setter: parse with the given function and store in the field of the given name.
macro_rules! set {
    ($field:ident, $parse:expr) => {
        |options, value| {
            options.$field = $parse(value)?;
            Some(())
        }
    };
}

static KEYS: [Key; 16] = [
    Key {
        name: "exitcode",
        default: "66",
        expected: "a number from 0 to 255",
        help: "exit code of a process that ran with detection on and raced",
        set: set!(exitcode, number::<u8>),
    },
    Key {
        name: "report",
        default: "text",
        expected: "text or json",
        help: "form of the reports: text for people, or one JSON document a line",
        set: set!(report, |value| one_of(
            value,
            &[("text", Form::Text), ("json", Form::Json)]
        )),
    },
    Key {
        name: "log_path",
        default: "",
        expected: "the path of a file",
        help: "file that reports are appended to, instead of standard error",
        set: set!(log_path, path),
    },
    Key {
        name: "suppressions",
        default: "",
        expected: "the path of a file",
        help: "file that lists the races not to report",
        set: set!(suppressions, path),
    },
    Key {
        name: "max_reports",
        default: "100",
        expected: "a number from 1 to 18446744073709551615",
        help: "most reports of one session; how many more there were is said",
        set: set!(max_reports, positive),
    },
    Key {
        name: "order",
        default: "shb",
        expected: "shb or hb",
        help: "shb leaves out races that only follow from one already reported; hb reports them",
        set: set!(order, |value| one_of(
            value,
            &[("shb", Order::Shb), ("hb", Order::Hb)]
        )),
    },
    Key {
        name: "severity",
        default: "warning",
        expected: "note, warning or error",
        help: "least severity that is reported; notes are pedantic",
        set: set!(severity, |value| one_of(
            value,
            &[
                ("note", Severity::Note),
                ("warning", Severity::Warning),
                ("error", Severity::Error),
            ]
        )),
    },
    Key {
        name: "checks",
        default: "all",
        expected: "all or races",
        help: "races leaves out what is composed of several atomic operations: stale writes, ABA, \
               guard deadlocks and the like",
        set: set!(checks, |value| one_of(
            value,
            &[("all", Checks::All), ("races", Checks::Races)]
        )),
    },
    Key {
        name: "deadlock",
        default: "panic",
        expected: "panic or go-on",
        help: "what a call does that would wait for ever, once it is reported: panic, or wait",
        set: set!(deadlock, |value| one_of(
            value,
            &[("panic", Deadlock::Panic), ("go-on", Deadlock::GoOn)]
        )),
    },
    Key {
        name: "stacks",
        default: "auto",
        expected: "auto, frame-pointers, unwind or off",
        help: "how stacks are captured; auto walks frame pointers where the build has them",
        set: set!(stacks, |value| one_of(
            value,
            &[
                ("auto", Stacks::Auto),
                ("frame-pointers", Stacks::FramePointers),
                ("unwind", Stacks::Unwind),
                ("off", Stacks::Off),
            ]
        )),
    },
    Key {
        name: "memory_mb",
        default: "4096",
        expected: "a number from 1 to 17592186044415",
        help: "most memory of the detector in MiB; once reached, detection stops and that is said",
        // In bytes it fits 64 bits.
        set: set!(memory_mb, |value| positive(value)
            .filter(|&n| n <= u64::MAX >> 20)),
    },
    Key {
        name: "color",
        default: "auto",
        expected: "auto, always or never",
        help: "whether text is coloured; auto means on a terminal, unless NO_COLOR is set",
        set: set!(color, |value| one_of(
            value,
            &[
                ("auto", Color::Auto),
                ("always", Color::Always),
                ("never", Color::Never)
            ]
        )),
    },
    Key {
        name: "verbose",
        default: "0",
        expected: "0 or 1",
        help: "whether reports hold addresses, and Fidge's own and the runtime's frames; unused \
               suppressions are listed at exit",
        set: set!(verbose, boolean),
    },
    Key {
        name: "strip_prefix",
        default: "",
        expected: "the front part of a path",
        help: "what is taken off the front of file names in reports",
        set: set!(strip_prefix, |value: &str| Some(value.to_owned())),
    },
    Key {
        name: "seed",
        default: "",
        expected: "a number from 0 to 18446744073709551615",
        help: "seed of the first run, instead of the one #[fidge::test] names or a random one",
        set: set!(seed, |value: &str| {
            if value.is_empty() {
                Some(None)
            } else {
                number::<u64>(value).map(Some)
            }
        }),
    },
    Key {
        name: "help",
        default: "0",
        expected: "0 or 1",
        help: "prints these lines and exits",
        set: set!(help, boolean),
    },
];

/// Digits alone: std's parsers take a sign as well.
fn number<T: std::str::FromStr>(value: &str) -> Option<T> {
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    value.parse().ok().filter(|_| digits)
}

fn positive(value: &str) -> Option<u64> {
    number(value).filter(|&n| n > 0)
}

fn boolean(value: &str) -> Option<bool> {
    one_of(
        value,
        &[("0", false), ("1", true), ("false", false), ("true", true)],
    )
}

/// An empty path means none, which is how the default is written.
fn path(value: &str) -> Option<Option<PathBuf>> {
    Some((!value.is_empty()).then(|| PathBuf::from(value)))
}

fn one_of<T: Copy>(value: &str, choices: &[(&str, T)]) -> Option<T> {
    choices
        .iter()
        .find(|(name, _)| *name == value)
        .map(|(_, choice)| *choice)
}

impl Default for Options {
    fn default() -> Self {
        let mut options = Options {
            exitcode: 0,
            report: Form::Text,
            log_path: None,
            suppressions: None,
            max_reports: 0,
            order: Order::Shb,
            severity: Severity::Warning,
            checks: Checks::All,
            deadlock: Deadlock::Panic,
            stacks: Stacks::Auto,
            memory_mb: 0,
            color: Color::Auto,
            verbose: false,
            strip_prefix: String::new(),
            seed: None,
            help: false,
        };
        for key in &KEYS {
            (key.set)(&mut options, key.default).expect("a default is as its key expects");
        }
        options
    }
}

impl Options {
    /// The options that the environment asks for.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), and when the variable is not UTF-8.
    pub fn from_env() -> Result<Self, OptionsError> {
        match std::env::var_os(VARIABLE) {
            None => Ok(Self::default()),
            Some(text) => Self::parse(text.to_str().ok_or(OptionsError::NotUtf8)?),
        }
    }

    /// Parses `key=value:key=value`. Pairs may also stand apart by blanks, as in `GORACE`; a value
    /// that contains `:` or blanks is put in double or single quotes. Of a key given twice the last
    /// value counts.
    ///
    /// # Errors
    ///
    /// The first pair that is not understood.
    pub fn parse(text: &str) -> Result<Self, OptionsError> {
        let mut options = Self::default();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches(is_separator);
            if rest.is_empty() {
                return Ok(options);
            }
            let (pair, after) = split_pair(rest)?;
            options.set(pair)?;
            rest = after;
        }
    }

    fn set(&mut self, pair: &str) -> Result<(), OptionsError> {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(OptionsError::NotAPair(pair.to_owned()));
        };
        let Some(key) = KEYS.iter().find(|key| key.name == name) else {
            return Err(OptionsError::UnknownKey(name.to_owned()));
        };
        let value = unquote(value);
        // Only a default is written as nothing.
        let set = if value.is_empty() {
            None
        } else {
            (key.set)(self, value)
        };
        set.ok_or(OptionsError::BadValue {
            key: key.name,
            expected: key.expected,
            found: value.to_owned(),
        })
    }
}

fn is_separator(c: char) -> bool {
    c == ':' || c.is_whitespace()
}

/// The first pair of `text` and what follows it. A quote opens only right after the `=`.
fn split_pair(text: &str) -> Result<(&str, &str), OptionsError> {
    let plain_end = text.find(is_separator).unwrap_or(text.len());
    let quoted = text[..plain_end].find('=').and_then(|equals| {
        let quote = text[equals + 1..]
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))?;
        Some((equals + 2, quote))
    });
    let Some((start, quote)) = quoted else {
        return Ok(text.split_at(plain_end));
    };
    let name = &text[..start - 2];
    let Some(length) = text[start..].find(quote) else {
        return Err(OptionsError::OpenQuote {
            key: name.to_owned(),
            quote,
        });
    };
    let (pair, after) = text.split_at(start + length + 1);
    if !after.is_empty() && !after.starts_with(is_separator) {
        return Err(OptionsError::AfterQuote {
            key: name.to_owned(),
        });
    }
    Ok((pair, after))
}

fn unquote(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value
            .strip_prefix(quote)
            .and_then(|v| v.strip_suffix(quote))
        {
            return inner;
        }
    }
    value
}

/// What `help=1` prints: every key, its default and what it is for.
pub(crate) fn help() -> String {
    let mut text = format!("{VARIABLE}=\"key=value:key=value\"\n\n");
    for key in &KEYS {
        let default = if key.default.is_empty() {
            "none"
        } else {
            key.default
        };
        let _ = writeln!(text, "  {:<14} {}", key.name, key.help);
        let _ = writeln!(text, "  {:<14} {}; default: {default}", "", key.expected);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Options::parse(text).expect_err(text).to_string()
    }

    #[test]
    fn nothing_is_the_defaults() {
        let options = Options::parse("").unwrap();
        assert_eq!(options, Options::default());
        assert_eq!(
            (options.exitcode, options.max_reports, options.memory_mb),
            (66, 100, 4096)
        );
        assert_eq!((options.report, options.order), (Form::Text, Order::Shb));
        assert_eq!((options.stacks, options.color), (Stacks::Auto, Color::Auto));
        assert_eq!(
            (options.severity, options.checks, options.deadlock),
            (Severity::Warning, Checks::All, Deadlock::Panic)
        );
        assert_eq!(
            (options.log_path, options.suppressions, options.seed),
            (None, None, None)
        );
        assert!(!options.verbose && !options.help);
    }

    #[test]
    fn every_key_sets_its_field() {
        let options = Options::parse(
            "exitcode=3:report=json:log_path=a.log:suppressions=s.txt:max_reports=7:order=hb:\
             severity=note:checks=races:deadlock=go-on:stacks=unwind:memory_mb=64:color=never:verbose=1:strip_prefix=/home/:seed=9:\
             help=1",
        )
        .unwrap();
        let expected = Options {
            exitcode: 3,
            report: Form::Json,
            log_path: Some("a.log".into()),
            suppressions: Some("s.txt".into()),
            max_reports: 7,
            order: Order::Hb,
            severity: Severity::Note,
            checks: Checks::Races,
            deadlock: Deadlock::GoOn,
            stacks: Stacks::Unwind,
            memory_mb: 64,
            color: Color::Never,
            verbose: true,
            strip_prefix: "/home/".into(),
            seed: Some(9),
            help: true,
        };
        assert_eq!(options, expected);
    }

    #[test]
    fn blanks_separate_too_and_the_last_value_counts() {
        let options = Options::parse(" seed=1 verbose=1::seed=2: ").unwrap();
        assert_eq!((options.seed, options.verbose), (Some(2), true));
    }

    #[test]
    fn quotes_keep_colons_and_blanks() {
        let options =
            Options::parse(r#"log_path="C:\my logs\x":suppressions='a:b "c"':seed=1"#).unwrap();
        assert_eq!(options.log_path, Some(r"C:\my logs\x".into()));
        assert_eq!(options.suppressions, Some(r#"a:b "c""#.into()));
        assert_eq!(options.seed, Some(1));
    }

    #[test]
    fn errors_name_the_key_and_what_was_expected() {
        assert_eq!(
            error("exitcode=256"),
            "FIDGE_OPTIONS: exitcode: expected a number from 0 to 255, found '256'"
        );
        assert_eq!(
            error("stacks=fp"),
            "FIDGE_OPTIONS: stacks: expected auto, frame-pointers, unwind or off, found 'fp'"
        );
        assert_eq!(
            error("max_reports=0"),
            "FIDGE_OPTIONS: max_reports: expected a number from 1 to 18446744073709551615, found '0'"
        );
        for value in ["17592186044416", "99999999999999999999"] {
            assert_eq!(
                error(&format!("memory_mb={value}")),
                format!(
                    "FIDGE_OPTIONS: memory_mb: expected a number from 1 to 17592186044415, found '{value}'"
                )
            );
        }
        assert_eq!(
            error("exitcode=+5"),
            "FIDGE_OPTIONS: exitcode: expected a number from 0 to 255, found '+5'"
        );
        assert_eq!(
            error("log_path="),
            "FIDGE_OPTIONS: log_path: expected the path of a file, found ''"
        );
        assert_eq!(
            error("verbose"),
            "FIDGE_OPTIONS: expected key=value, found 'verbose'"
        );
        assert_eq!(
            error("log_path=\"a:b"),
            "FIDGE_OPTIONS: log_path: expected a closing \" behind the value"
        );
        assert_eq!(
            error("log_path='a'b"),
            "FIDGE_OPTIONS: log_path: expected ':' or the end behind the quoted value"
        );
    }

    #[test]
    fn a_near_miss_gets_a_suggestion_and_a_far_one_the_way_to_the_list() {
        assert_eq!(
            error("exit_code=1"),
            "FIDGE_OPTIONS: unknown key 'exit_code'; did you mean 'exitcode'?"
        );
        assert_eq!(
            error("Log-Path=x"),
            "FIDGE_OPTIONS: unknown key 'Log-Path'; did you mean 'log_path'?"
        );
        assert_eq!(
            error("history_size=7"),
            "FIDGE_OPTIONS: unknown key 'history_size'; help=1 lists the keys"
        );
    }

    #[test]
    fn help_and_the_docs_tell_of_every_key() {
        let docs = include_str!("../../docs/options.md");
        let help = help();
        for key in &KEYS {
            let default = if key.default.is_empty() {
                "none"
            } else {
                key.default
            };
            assert!(help.contains(key.help), "help: {}", key.name);
            let row = format!(
                "| `{}` | {} | {default} | {} |",
                key.name, key.expected, key.help
            );
            assert!(docs.contains(&row), "docs/options.md has no row\n{row}");
        }
    }
}
