//! Ground truth: which two lines of a racy program race.
//!
//! A scenario says so in its own source, by wrapping the access in [`mark!`]: `mark!(A, …)` and
//! `mark!(B, …)`, once each, on one line each. The macro expands to the access and nothing else,
//! so the ground truth cannot change what is measured; the lines are found in the file's text.

/// One of the two racing accesses: `mark!(A, map.insert(1, 2))`. Expands to the access alone.
macro_rules! mark {
    (A, $access:expr) => {
        $access
    };
    (B, $access:expr) => {
        $access
    };
}
pub(crate) use mark;

/// The source file of a scenario, given its name: `source!("read.rs")`.
macro_rules! source {
    ($name:literal) => {
        $crate::mark::Source {
            file: file!(),
            text: include_str!($name),
        }
    };
}
pub(crate) use source;

/// A source file that was compiled in.
pub struct Source {
    /// Its path as the compiler names it, which is how reports name it.
    pub file: &'static str,
    /// What is in it.
    pub text: &'static str,
}

/// A line of the program.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Site {
    /// The file as the compiler names it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl Source {
    /// The lines marked A and B. An error names the mark that is not there exactly once.
    pub fn sites(&self) -> Result<[Site; 2], String> {
        Ok([self.site("mark!(A, ")?, self.site("mark!(B, ")?])
    }

    fn site(&self, mark: &str) -> Result<Site, String> {
        let mut lines = (1..)
            .zip(self.text.lines())
            .filter(|(_, text)| text.contains(mark));
        match (lines.next(), lines.next()) {
            (Some((line, _)), None) => Ok(Site {
                file: self.file.to_owned(),
                line,
            }),
            _ => Err(format!(
                "{}: expected exactly one line with `{mark}…)`",
                self.file
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_at_its_line() {
        let source = Source {
            file: "x.rs",
            text: "\n  mark!(B, x.get());\nmark!(A, x.set(1));\n",
        };
        let [a, b] = source.sites().expect("both marks are there");
        assert_eq!((a.line, b.line), (3, 2));
        assert_eq!(a.file, "x.rs");
    }

    #[test]
    fn a_missing_or_repeated_mark_is_an_error() {
        let once = Source {
            file: "x.rs",
            text: "mark!(A, x)",
        };
        assert!(once.sites().unwrap_err().contains("mark!(B, "));
        let twice = Source {
            file: "x.rs",
            text: "mark!(A, x)\nmark!(A, y)\nmark!(B, z)",
        };
        assert!(twice.sites().unwrap_err().contains("mark!(A, "));
    }

    #[test]
    fn the_marked_line_is_the_one_a_call_reports() {
        #[track_caller]
        fn access() -> u32 {
            std::panic::Location::caller().line()
        }
        let marked = mark!(A, access());
        assert_eq!(marked, line!() - 1);
    }
}
