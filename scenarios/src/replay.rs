//! Keeps executions as traces, and runs an offline detector over one: one of Fidge's own, or one in
//! the STD format of the RAPID tools.

use crate::detectors::offline::Recording;
use crate::scenario::{Env, Scenario, Variant};
use crate::schedule::Schedule;
use fidge::analysis::{self, Options};
use fidge::trace::{SiteId, Trace};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Runs each program once more and keeps what it did in `folder`, which is made if need be, as
/// `CLASS.NAME.VARIANT.fidge`. Errors, one line, name the file.
pub fn record(
    scenarios: &[&Scenario],
    folder: &Path,
    schedule: Schedule,
    seed: u64,
) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for scenario in scenarios {
        for variant in Variant::BOTH {
            let env = Env::measured(schedule, variant, seed, 0);
            let program = scenario.program(variant);
            let mut trace = Recording::of(&|| program(&env))?.trace;
            trace.metadata.extend([
                ("program".to_owned(), scenario.path()),
                ("variant".to_owned(), variant.name().to_owned()),
                ("seed".to_owned(), seed.to_string()),
            ]);
            let (class, name, variant) = (scenario.class, scenario.name, variant.name());
            let path = folder.join(format!("{class}.{name}.{variant}.fidge"));
            let saved = trace.save(&path);
            saved.map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    Ok(())
}

/// What `detector` says about the trace at `path`: a line for each pair of places that raced, with
/// how often, and a line that sums up. Errors, one line, name the file or the detectors there are.
pub fn replay(path: &Path, detector: &str) -> Result<String, String> {
    let trace = Trace::open(path).map_err(|error| error.to_string())?;
    describe(&trace, detector)
}

fn describe(trace: &Trace, detector: &str) -> Result<String, String> {
    let options = Options::default();
    let races = analysis::run(detector, trace, &options).map_err(|error| error.to_string())?;
    let mut pairs = BTreeMap::<[SiteId; 2], usize>::new();
    for race in &races {
        let mut sites = [race.first, race.second].map(|index| trace.events[index].site);
        sites.sort_unstable();
        *pairs.entry(sites).or_default() += 1;
    }
    let place = |site: &SiteId| match trace.sites.get(site) {
        Some(text) => text.clone(),
        None => format!("site {site}"),
    };
    let mut text = String::new();
    for ([a, b], count) in &pairs {
        let _ = writeln!(text, "{} and {}: {count}", place(a), place(b));
    }
    let (races, pairs, events) = (races.len(), pairs.len(), trace.events.len());
    let s = |count: usize| if count == 1 { "" } else { "s" };
    let _ = writeln!(
        text,
        "{detector}: {races} race{} of {pairs} pair{} of places in {events} event{}",
        s(races),
        s(pairs),
        s(events)
    );
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fidge::trace::{Action, Event};

    fn trace() -> Trace {
        let write = |strand, site| Event {
            strand,
            action: Action::Write {
                address: 64,
                size: 8,
            },
            site,
        };
        let mut trace = Trace {
            events: vec![write(1, 9), write(2, 4)],
            ..Trace::default()
        };
        trace.sites.insert(4, "main.rs:3:9 Cell::set".to_owned());
        trace
    }

    #[test]
    fn each_pair_of_places_is_a_line() {
        let text = describe(&trace(), "oracle").expect("there is such a detector");
        let expected = "main.rs:3:9 Cell::set and site 9: 1\n\
                        oracle: 1 race of 1 pair of places in 2 events\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn a_saved_trace_says_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("two.fidge");
        trace().save(&path).expect("writable");
        assert_eq!(replay(&path, "oracle"), describe(&trace(), "oracle"));
    }

    #[test]
    fn a_program_is_recorded_with_its_marked_lines() {
        let folder = tempfile::tempdir().expect("a folder");
        let traces = folder.path().join("traces");
        let [two_locks] = crate::catalog::select(Some("two-locks")).expect("it is there")[..]
        else {
            panic!("two-locks is one scenario")
        };
        record(&[two_locks], &traces, Schedule::Steered, 1).expect("writable");
        let say = |variant: &str| {
            let path = traces.join(format!("map.two-locks.{variant}.fidge"));
            replay(&path, "oracle").expect("a trace")
        };
        let racy = say("racy");
        for site in two_locks.sites() {
            assert!(
                racy.contains(&format!("{}:{}:", site.file, site.line)),
                "{racy}"
            );
        }
        assert!(say("fixed").starts_with("oracle: 0 races of 0 pairs of places in "));
    }

    #[test]
    fn bad_input_is_one_line() {
        let missing = replay(Path::new("nonesuch.fidge"), "oracle").expect_err("no such file");
        assert!(
            missing.contains("nonesuch.fidge") && missing.lines().count() == 1,
            "{missing}"
        );
        let unknown = describe(&trace(), "orakel").expect_err("no such detector");
        assert!(
            unknown.contains("oracle") && unknown.lines().count() == 1,
            "{unknown}"
        );
    }
}
