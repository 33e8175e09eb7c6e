//! The forms of the report that says nothing, without the feature `detect` and so without any
//! dependency.

use super::{Race, Report};
use std::fmt;

impl fmt::Display for Report {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("fidge: detection is off (feature `detect`)\n")
    }
}

/// Never called, as there is no race; it is there so that a program compiles in both states.
impl fmt::Display for Race {
    #[inline]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().name())
    }
}

impl Report {
    /// The report as one JSON document on one line, after the schema `fidge-report/1`
    /// (`docs/report-schema.md`).
    #[inline]
    pub fn to_json(&self) -> String {
        r#"{"schema":"fidge-report/1","races":[],"held_back":0,"suppressed":0}"#.to_owned()
    }
}
