//! The catalogue: one file for each pair of programs, in a folder for each class.
//!
//! A racy program has one race, between its two marked lines, and is safe to run (see
//! [`hidden`](crate::hidden)). Everything else in it is ordered by means that a detector sees, so
//! whatever else is reported is false.

mod history;
mod map;
mod publication;
mod resize;
mod schedule;
mod task;
mod trap;

use crate::scenario::Scenario;

/// All scenarios, by class.
pub static ALL: &[&Scenario] = &[
    &map::write_write::SCENARIO,
    &map::read_during_write::SCENARIO,
    &map::iterate_during_insert::SCENARIO,
    &map::clear_during_get::SCENARIO,
    &map::len_during_insert::SCENARIO,
    &map::write_under_read_lock::SCENARIO,
    &map::two_locks::SCENARIO,
    &resize::table_published_relaxed::SCENARIO,
    &resize::reader_holds_old_table::SCENARIO,
    &resize::two_growers::SCENARIO,
    &publication::flag_before_data::SCENARIO,
    &publication::double_checked_init::SCENARIO,
    &publication::cut_release_sequence::SCENARIO,
    &task::get_await_write::SCENARIO,
    &history::readers::SCENARIO_16,
    &history::readers::SCENARIO_64,
    &history::million_accesses::SCENARIO,
    &history::ten_thousand_strands::SCENARIO,
    &schedule::ordered_by_luck::SCENARIO,
    &trap::fence_hand_off::SCENARIO,
    &trap::contended_mutex::SCENARIO,
    &trap::channel::SCENARIO,
];

/// The scenarios whose path (`map/two-locks`) contains `filter`; all of them without one. When
/// none does, the error says which there are.
pub fn select(filter: Option<&str>) -> Result<Vec<&'static Scenario>, String> {
    let Some(filter) = filter else {
        return Ok(ALL.to_vec());
    };
    let matches: Vec<_> = ALL
        .iter()
        .copied()
        .filter(|s| s.path().contains(filter))
        .collect();
    if matches.is_empty() {
        return Err(format!("no scenario matches `{filter}`; {}", there_are()));
    }
    Ok(matches)
}

/// The scenario of this path. When there is none, the error says which there are.
pub fn find(path: &str) -> Result<&'static Scenario, String> {
    let found = ALL.iter().copied().find(|s| s.path() == path);
    found.ok_or_else(|| format!("no scenario is called `{path}`; {}", there_are()))
}

fn there_are() -> String {
    let paths: Vec<_> = ALL.iter().map(|s| s.path()).collect();
    format!("there are: {}", paths.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Certificate, Env, Expectation, Outcome};
    use std::collections::BTreeSet;

    #[test]
    fn every_path_is_unique() {
        let paths: BTreeSet<_> = ALL.iter().map(|s| s.path()).collect();
        assert_eq!(paths.len(), ALL.len());
    }

    #[test]
    fn every_scenario_marks_its_two_lines_and_both_marks_are_whole_on_their_line() {
        for scenario in ALL {
            let sites = scenario
                .source
                .sites()
                .unwrap_or_else(|e| panic!("{}: {e}", scenario.path()));
            for site in sites {
                let line = scenario.source.text.lines().nth(site.line as usize - 1);
                let line = line.expect("the line was found in this text");
                let call = &line[line.find("mark!(").expect("it is marked")..];
                let mut depth = 0;
                let end = call.find(|c| {
                    depth += i32::from(c == '(') - i32::from(c == ')');
                    c == ')' && depth == 0
                });
                assert!(
                    end.is_some(),
                    "{}:{} goes on on the next line",
                    site.file,
                    site.line
                );
            }
        }
    }

    #[test]
    fn every_scenario_tells_its_story() {
        for scenario in ALL {
            assert!(scenario.story.len() > 80, "{}", scenario.path());
            assert!(!scenario.citation.is_empty(), "{}", scenario.path());
            assert!(
                scenario.source.file.contains(scenario.class),
                "{}",
                scenario.path()
            );
            if let Expectation::Rate(min) = scenario.expectation {
                assert!(min > 0.0 && min < 1.0, "{}", scenario.path());
            }
        }
    }

    #[test]
    fn every_program_ends_and_the_fixed_ones_end_well() {
        for scenario in ALL {
            // In a session, so that what is found does not become the test process's.
            fidge::check(|| (scenario.racy)(&Env::new(7, 0)));
            let mut outcome = None;
            fidge::check(|| outcome = Some((scenario.fixed)(&Env::new(7, 0))));
            assert_eq!(outcome, Some(Outcome::Right), "{}", scenario.path());
        }
    }

    #[test]
    fn every_scripted_program_goes_wrong_under_its_script() {
        for scenario in ALL {
            if scenario.certificate == Certificate::Schedule {
                for _ in 0..5 {
                    let mut outcome = None;
                    fidge::check(|| outcome = Some((scenario.racy)(&Env::scripted())));
                    assert_eq!(outcome, Some(Outcome::Wrong), "{}", scenario.path());
                }
            }
        }
    }

    #[test]
    fn a_filter_selects_by_class_and_by_name() {
        let class = select(Some("map/")).expect("there is such a class");
        assert!(class.iter().all(|s| s.class == "map") && class.len() >= 7);
        assert_eq!(
            select(Some("two-locks"))
                .expect("there is such a name")
                .len(),
            1
        );
        assert_eq!(select(None).expect("all").len(), ALL.len());
    }

    #[test]
    fn a_filter_that_matches_nothing_is_answered_with_what_there_is() {
        let error = select(Some("nonesuch"))
            .err()
            .expect("nothing is called that");
        assert!(
            error.starts_with("no scenario matches `nonesuch`; there are: map/"),
            "{error}"
        );
        assert!(
            error.contains("trap/channel") && error.lines().count() == 1,
            "{error}"
        );
    }
}
