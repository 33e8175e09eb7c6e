//! How the threads of a measured program are made to meet.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Which schedules a campaign measures under. The same for every detector; loom, shuttle and Miri choose
/// theirs themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// The steps of a program favour the order that exhibits its fault: so that nearly every run has the
    /// fault, and what a detector does not report it missed.
    Steered,
    /// Small delays only, at random: how often a test that nobody steers runs into the fault.
    // What files from before there was a choice were measured under.
    #[default]
    Free,
}

impl Schedule {
    const ALL: [Schedule; 2] = [Schedule::Steered, Schedule::Free];

    /// `steered` or `free`.
    pub fn name(self) -> &'static str {
        match self {
            Schedule::Steered => "steered",
            Schedule::Free => "free",
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Schedule {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let schedule = Schedule::ALL.into_iter().find(|s| s.name() == name);
        schedule.ok_or_else(|| "expected steered or free".to_owned())
    }
}
