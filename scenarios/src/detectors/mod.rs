//! The detectors that the runner can measure, one file each, behind one trait.

mod cells4;
mod fidge;
mod lockset;
mod oracle;
mod sampled;

use crate::mark::Site;
use crate::scenario::Outcome;

/// Something that watches a program run and says which accesses raced.
pub trait Detector: Sync {
    /// Its name on the command line and in results.
    fn name(&self) -> &'static str;

    /// What it is, in a sentence without a full stop.
    fn about(&self) -> &'static str;

    /// Why it cannot be used in this build; `None` if it can.
    fn unavailable(&self) -> Option<&'static str>;

    /// Runs `program` once and watches it. An error says why there is no verdict on this run.
    /// Panics as `program` does.
    fn watch(&self, program: &dyn Fn() -> Outcome) -> Result<Observation, String>;
}

/// Why the detectors over recorded traces cannot be used yet.
const NO_TRACES: &str = "this build records no traces";

/// A reported pair of accesses; `None` for a side that the detector cannot place.
pub type Pair = [Option<Site>; 2];

/// What a detector saw of one run.
#[derive(Debug)]
pub struct Observation {
    /// What the program answered.
    pub outcome: Outcome,
    /// Every pair it reported.
    pub reports: Vec<Pair>,
}

/// All detectors, Fidge first.
pub static ALL: &[&dyn Detector] = &[
    &fidge::Fidge,
    &oracle::Oracle,
    &lockset::Lockset,
    &cells4::Cells4,
    &sampled::Sampled,
];

/// Fidge itself.
pub static FIDGE: &dyn Detector = &fidge::Fidge;

/// The detectors of these names, in the order of [`ALL`]; all of them for none. The error for an
/// unknown name says which there are.
pub fn select(names: &[String]) -> Result<Vec<&'static dyn Detector>, String> {
    for name in names {
        if !ALL.iter().any(|d| d.name() == name) {
            let known: Vec<_> = ALL.iter().map(|d| d.name()).collect();
            return Err(format!(
                "no detector is called `{name}`; there are: {}",
                known.join(", ")
            ));
        }
    }
    let chosen = |d: &&&dyn Detector| names.is_empty() || names.iter().any(|n| n == d.name());
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
    fn detectors_are_selected_by_name_and_all_of_them_by_none() {
        let two = select(&["oracle".into(), "fidge".into()]).unwrap_or_else(|e| panic!("{e}"));
        let names: Vec<_> = two.iter().map(|d| d.name()).collect();
        assert_eq!(names, ["fidge", "oracle"]);
        assert_eq!(select(&[]).map(|all| all.len()), Ok(ALL.len()));
    }

    #[test]
    fn an_unknown_detector_is_answered_with_what_there_is() {
        let error = select(&["tsan9".into()]).err().expect("there is none");
        let expected =
            "no detector is called `tsan9`; there are: fidge, oracle, lockset, cells4, sampled";
        assert_eq!(error, expected);
    }
}
