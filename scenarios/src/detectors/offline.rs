//! A run as a recording, and what the offline detectors say about one. The only file here that
//! touches Fidge's recorder and analyses.

use super::{Offline, Pair};
use crate::mark::Site;
use crate::scenario::Outcome;
use fidge::analysis::{self, Options};
use fidge::trace::{self, SiteId, Trace};
use std::collections::HashSet;

/// One execution of a program.
pub struct Recording {
    /// What the program answered.
    pub outcome: Outcome,
    /// What it did.
    pub trace: Trace,
}

impl Recording {
    /// Runs `program` once. Panics as `program` does.
    pub fn of(program: &dyn Fn() -> Outcome) -> Result<Self, String> {
        let mut outcome = None;
        let (_, trace) = trace::record(|| outcome = Some(program()));
        let outcome = outcome.ok_or("the session ended without running the program")?;
        Ok(Recording { outcome, trace })
    }

    /// Which pairs of lines `detector` reports, each once. `seed` is for those that draw lots.
    pub fn judge(&self, detector: &Offline, seed: u64) -> Result<Vec<Pair>, String> {
        let options = Options {
            seed,
            ..Options::default()
        };
        let races =
            analysis::run(detector.name, &self.trace, &options).map_err(|e| e.to_string())?;
        let pairs: HashSet<[SiteId; 2]> = races
            .iter()
            .map(|race| [race.first, race.second].map(|index| self.trace.events[index].site))
            .collect();
        let place = |site: SiteId| parse(self.trace.sites.get(&site)?);
        Ok(pairs.into_iter().map(|pair| pair.map(place)).collect())
    }
}

/// The line in `file:line:column operation`; the file's name may have colons and spaces.
pub fn parse(text: &str) -> Option<Site> {
    text.match_indices(' ').find_map(|(end, _)| {
        let mut parts = text[..end].rsplitn(3, ':');
        let (column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
        column.parse::<u32>().ok()?;
        Some(Site {
            file: file.to_owned(),
            line: line.parse().ok()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{self, ALL as ALL_SCENARIOS};
    use crate::detectors::{ALL, Detector};
    use crate::scenario::{Certificate, Env, Expectation, Variant};

    #[test]
    fn a_site_is_parsed() {
        let site = |file: &str, line| {
            let file = file.to_owned();
            Some(Site { file, line })
        };
        assert_eq!(parse("src/a.rs:30:9 HashMap::insert"), site("src/a.rs", 30));
        assert_eq!(
            parse(r"C:\my code\a.rs:3:12 read"),
            site(r"C:\my code\a.rs", 3)
        );
        for unknown in ["unknown", "HashMap::get", "a.rs:3 read", ""] {
            assert_eq!(parse(unknown), None, "{unknown}");
        }
    }

    /// Whether the oracle reports the marked pair of one recorded execution, and anything else.
    fn by_oracle(path: &str, variant: Variant, run: u64) -> (bool, bool) {
        let scenario = catalog::find(path).unwrap_or_else(|error| panic!("{error}"));
        let [a, b] = scenario.sites().map(Some);
        let is_marked =
            |pair: &Pair| *pair == [a.clone(), b.clone()] || *pair == [b.clone(), a.clone()];
        let program = scenario.program(variant);
        let recording = Recording::of(&|| program(&Env::new(3, run)));
        let oracle = Offline {
            name: "oracle",
            about: "",
        };
        let pairs = recording.and_then(|recording| recording.judge(&oracle, 1));
        let pairs = pairs.unwrap_or_else(|error| panic!("{path}: {error}"));
        (pairs.iter().any(is_marked), !pairs.iter().all(is_marked))
    }

    #[test]
    fn what_the_oracle_is_to_certify_it_certifies() {
        let certified = ALL_SCENARIOS
            .iter()
            .filter(|s| s.certificate == Certificate::Oracle);
        // That of ten thousand strands takes too long for a test.
        for scenario in certified.filter(|s| s.name != "ten-thousand-strands") {
            let path = scenario.path();
            let found = |run| by_oracle(&path, Variant::Racy, run).0;
            match scenario.expectation {
                Expectation::Always => assert!((0..3).all(found), "{path}: not in every run"),
                _ => assert!((0..100).any(found), "{path}: in none of a hundred runs"),
            }
            for run in 0..3 {
                assert_eq!(
                    by_oracle(&path, Variant::Fixed, run),
                    (false, false),
                    "{path}"
                );
            }
        }
    }

    /// What each says about one and the same execution, or rather whether that is the marked pair,
    /// it and other things, or nothing.
    #[test]
    fn the_detectors_differ_on_one_execution() {
        let judged = |path: &str| {
            let [scenario] = catalog::select(Some(path)).unwrap()[..] else {
                panic!("{path} is not one scenario");
            };
            let [a, b] = scenario.sites().map(Some);
            let env = Env::new(1, 0);
            let recording = Recording::of(&|| (scenario.racy)(&env)).unwrap();
            ALL.iter().filter_map(move |detector| {
                let Detector::Offline(offline) = detector else {
                    return None;
                };
                let reports = recording.judge(offline, 1).unwrap();
                let hit = |pair: &Pair| {
                    *pair == [a.clone(), b.clone()] || *pair == [b.clone(), a.clone()]
                };
                reports.iter().any(hit).then_some(offline.name)
            })
        };
        let finders: Vec<_> = judged("map/write-write").take(3).collect();
        assert_eq!(finders, ["oracle", "lockset", "cells4"]);
        // Four cells are too few for sixty-five readers, and the write is the last access.
        let finders: Vec<_> = judged("history/million-accesses")
            .filter(|name| *name != "lockset" && *name != "sampled")
            .collect();
        assert_eq!(finders, ["oracle"]);
    }
}
