//! The detectors that the runner can measure.
//!
//! A *live* one watches a run of its own. The *offline* ones judge a recording, and in one
//! comparison all of them the same one, so that their rates differ by algorithm alone. A *peer* is
//! another tool, and watches processes of its own.

pub mod build;
mod fidge;
#[cfg(feature = "detect")]
pub mod offline;
pub mod peer;
mod peers;

use crate::mark::Site;
use crate::scenario::Outcome;
use ::fidge::Kind;
use peer::Peer;

/// Something that watches a program run and says which accesses raced.
pub trait Live: Sync {
    /// Its name on the command line and in results.
    fn name(&self) -> &'static str;

    /// What it is, in a sentence without a full stop.
    fn about(&self) -> &'static str;

    /// Runs `program`, whose fault is of this kind, once and watches it. An error says why there is no verdict on this run.
    /// Panics as `program` does.
    fn watch(&self, kind: Kind, program: &dyn Fn() -> Outcome) -> Result<Observation, String>;
}

/// One of [`::fidge::analysis`], by its name there.
#[derive(Debug)]
pub struct Offline {
    /// Its name on the command line, in results and in the library.
    pub name: &'static str,
    /// What it is, in a sentence without a full stop.
    pub about: &'static str,
}

/// Any of them.
#[derive(Clone, Copy)]
pub enum Detector {
    /// Watches a run of its own.
    Live(&'static dyn Live),
    /// Judges a recording.
    Offline(&'static Offline),
    /// Another tool.
    Peer(&'static dyn Peer),
    /// None, for comparison.
    Plain,
}

impl Detector {
    /// Its name on the command line and in results.
    pub fn name(self) -> &'static str {
        match self {
            Detector::Live(live) => live.name(),
            Detector::Offline(offline) => offline.name,
            Detector::Peer(peer) => peer.name(),
            Detector::Plain => Plain.name(),
        }
    }

    /// What it is, in a sentence without a full stop.
    pub fn about(self) -> &'static str {
        match self {
            Detector::Live(live) => live.about(),
            Detector::Offline(offline) => offline.about,
            Detector::Peer(peer) => peer.about(),
            Detector::Plain => Plain.about(),
        }
    }

    /// Why it cannot be used in this build; `None` if it can. What a tool needs besides is found out by
    /// preparing it.
    pub fn unavailable(self) -> Option<&'static str> {
        let needs_fidge = matches!(self, Detector::Live(_) | Detector::Offline(_));
        (needs_fidge && !cfg!(feature = "detect")).then_some("built without the feature `detect`")
    }

    /// Whether a comparison has it that names no detectors: it needs nothing but this program.
    pub fn is_at_hand(self) -> bool {
        matches!(self, Detector::Live(_) | Detector::Offline(_))
    }
}

/// A reported pair of accesses; `None` for a side that the detector cannot place.
pub type Pair = [Option<Site>; 2];

/// What a detector saw of one run.
#[derive(Debug)]
pub struct Observation {
    /// What the program answered; `None` where it did not come to.
    pub outcome: Option<Outcome>,
    /// Every pair it reported.
    pub reports: Vec<Pair>,
}

/// Name of the plain run.
pub const PLAIN: &str = "plain";

/// Name of the explorer that draws no lots: a cell of its has one run, however many were asked for.
pub const LOOM: &str = "loom";

/// Name of the detector whose programs are others, in another language.
pub const GO: &str = "go";

/// No detector: what the program takes by itself, which all costs are told against. It is run in a
/// build without detection.
pub struct Plain;

impl Live for Plain {
    fn name(&self) -> &'static str {
        PLAIN
    }

    fn about(&self) -> &'static str {
        "no detector: the program by itself, which costs are told against"
    }

    fn watch(&self, _: Kind, program: &dyn Fn() -> Outcome) -> Result<Observation, String> {
        Ok(Observation {
            outcome: Some(program()),
            reports: Vec::new(),
        })
    }
}

/// Fidge itself.
pub static FIDGE: Detector = Detector::Live(&fidge::Fidge);

/// All detectors, Fidge first.
pub static ALL: &[Detector] = &[
    FIDGE,
    Detector::Offline(&Offline {
        name: "oracle",
        about: "full vector clocks over a recording: sequential, obviously right",
    }),
    Detector::Offline(&Offline {
        name: "lockset",
        about: "lock sets over a recording, after Eraser (Savage et al., TOCS 1997)",
    }),
    Detector::Offline(&Offline {
        name: "cells4",
        about: "four cells a granule and a bounded history over a recording, after ThreadSanitizer",
    }),
    Detector::Offline(&Offline {
        name: "sampled",
        about: "the oracle with one access in ten remembered, after Pacer (Bond et al., PLDI 2010)",
    }),
    Detector::Plain,
    Detector::Peer(&peers::tsan::Tsan),
    Detector::Peer(&peers::tsan::TsanStd),
    Detector::Peer(&peers::valgrind::HELGRIND),
    Detector::Peer(&peers::valgrind::DRD),
    Detector::Peer(&peers::loom::Loom),
    Detector::Peer(&peers::shuttle::Shuttle),
    Detector::Peer(&peers::miri::Miri),
    Detector::Peer(&peers::go::Go),
];

/// The detectors of these names, in the order of [`ALL`]. The error for an unknown name says which
/// there are.
pub fn select(names: &[String]) -> Result<Vec<Detector>, String> {
    for name in names {
        if !ALL.iter().any(|d| d.name() == name) {
            let known: Vec<_> = ALL.iter().map(|d| d.name()).collect();
            return Err(format!(
                "no detector is called `{name}`; there are: {}",
                known.join(", ")
            ));
        }
    }
    let chosen = |d: &&Detector| names.iter().any(|n| n == d.name());
    Ok(ALL.iter().filter(chosen).copied().collect())
}

/// All detectors with what they are, a line each.
pub fn describe() -> String {
    let mut lines = String::new();
    for detector in ALL {
        let unavailable = detector
            .unavailable()
            .map(|why| format!(" (unavailable: {why})"));
        let unavailable = unavailable.unwrap_or_default();
        lines += &format!("{:<8} {}{unavailable}\n", detector.name(), detector.about());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn detectors_are_selected_by_name() {
        let two = select(&["oracle".into(), "fidge".into()]).unwrap_or_else(|e| panic!("{e}"));
        let names: Vec<_> = two.iter().map(|d| d.name()).collect();
        assert_eq!(names, ["fidge", "oracle"]);
    }

    #[test]
    fn an_unknown_detector_is_answered_with_what_there_is() {
        let error = select(&["tsan9".into()]).err().expect("there is none");
        let expected = "no detector is called `tsan9`; there are: fidge, oracle, lockset, \
             cells4, sampled, plain, tsan, tsan-std, helgrind, drd, loom, shuttle, miri, go";
        assert_eq!(error, expected);
    }

    #[cfg(feature = "detect")]
    #[test]
    fn all_of_the_library_are_here() {
        let offline = ALL.iter().filter(|d| matches!(d, Detector::Offline(_)));
        let names: Vec<_> = offline.map(|d| d.name()).collect();
        assert_eq!(names, ::fidge::analysis::NAMES);
    }
}
