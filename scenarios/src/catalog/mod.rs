//! The catalogue: one file for each pair of programs, in a folder for each class.
//!
//! A racy program has one race, between its two marked lines, and is safe to run (see
//! [`hidden`](crate::hidden)). Everything else in it is ordered by means that a detector sees, so
//! whatever else is reported is false.

mod aba;
mod check_then_act;
mod guard;
mod history;
mod iteration;
mod lock;
mod lock_order;
mod map;
mod memory_order;
mod order_notes;
mod pool;
mod publication;
mod resize;
mod schedule;
mod scope;
mod task;
mod trap;

use crate::scenario::Scenario;
use strsim::jaro_winkler;

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
    &resize::grows_under_one_stripe::SCENARIO,
    &resize::reads_without_stripe::SCENARIO,
    &resize::insert_into_evacuated::SCENARIO,
    &resize::old_array_dropped::SCENARIO,
    &resize::growth_started_twice::SCENARIO,
    &resize::bucket_claimed_twice::SCENARIO,
    &resize::delete_during_evacuation::SCENARIO,
    &resize::reader_helps_evacuate::SCENARIO,
    &resize::store_to_expunged::SCENARIO,
    &resize::misses_uncounted::SCENARIO,
    &resize::promotion_keeps_dirty::SCENARIO,
    &resize::compaction_loses_write::SCENARIO,
    &resize::deleted_ring_overwritten::SCENARIO,
    &resize::rehash_during_lookup::SCENARIO,
    &resize::slot_outlives_lock::SCENARIO,
    &aba::slot_reused_by_tag::SCENARIO,
    &aba::tombstone_reused::SCENARIO,
    &aba::write_count_wraps::SCENARIO,
    &iteration::iterator_during_evacuation::SCENARIO,
    &iteration::same_size_growth_under_iterator::SCENARIO,
    &publication::flag_before_data::SCENARIO,
    &publication::double_checked_init::SCENARIO,
    &publication::cut_release_sequence::SCENARIO,
    &aba::treiber_pop::SCENARIO,
    &aba::free_list_pop::SCENARIO,
    &aba::tag_that_wraps::SCENARIO,
    &aba::handle_without_generation::SCENARIO,
    &aba::recycled_bucket::SCENARIO,
    &aba::reaped_after_reinsertion::SCENARIO,
    &aba::queue_head_recycled::SCENARIO,
    &aba::deque_top_without_tag::SCENARIO,
    &aba::ring_sequence_wraps::SCENARIO,
    &aba::hazard_pointer_too_late::SCENARIO,
    &aba::freed_while_pinned::SCENARIO,
    &aba::dirty_bit_beside_pointer::SCENARIO,
    &aba::lru_victim_reused::SCENARIO,
    &pool::recycled_while_pinned::SCENARIO,
    &pool::zeroed_too_late::SCENARIO,
    &lock::moves_under_read_lock::SCENARIO,
    &lock::try_lock_ignored::SCENARIO,
    &lock::unlocked_before_last_use::SCENARIO,
    &lock::wrong_lock::SCENARIO,
    &memory_order::dekker_without_seqcst::SCENARIO,
    &memory_order::missing_release_fence::SCENARIO,
    &memory_order::relaxed_push::SCENARIO,
    &memory_order::seqlock_without_fences::SCENARIO,
    &memory_order::sequence_cut_by_reset::SCENARIO,
    &memory_order::two_flags::SCENARIO,
    &task::get_await_write::SCENARIO,
    &history::readers::SCENARIO_16,
    &history::readers::SCENARIO_64,
    &history::million_accesses::SCENARIO,
    &history::ten_thousand_strands::SCENARIO,
    &schedule::ordered_by_luck::SCENARIO,
    &check_then_act::get_then_insert::SCENARIO,
    &check_then_act::contains_then_insert::SCENARIO,
    &check_then_act::get_then_remove::SCENARIO,
    &check_then_act::last_subscriber::SCENARIO,
    &check_then_act::double_initialisation::SCENARIO,
    &check_then_act::colliding_key::SCENARIO,
    &check_then_act::lock_released_between::SCENARIO,
    &check_then_act::no_second_look::SCENARIO,
    &check_then_act::load_then_store::SCENARIO,
    &check_then_act::flag_checked_then_set::SCENARIO,
    &check_then_act::text_appended::SCENARIO,
    &check_then_act::field_changed::SCENARIO,
    &check_then_act::set_contains_then_insert::SCENARIO,
    &check_then_act::balances_then_transfer::SCENARIO,
    &check_then_act::session_loaded_twice::SCENARIO,
    &check_then_act::stale_cache_fill::SCENARIO,
    &check_then_act::refresh_started_twice::SCENARIO,
    &scope::transfer::SCENARIO,
    &scope::two_maps::SCENARIO,
    &scope::map_and_counter::SCENARIO,
    &scope::half_seen::SCENARIO,
    &scope::cell_guarded_per_access::SCENARIO,
    &scope::lock_to_lock::SCENARIO,
    &guard::insert_under_ref::SCENARIO,
    &guard::get_under_ref_mut::SCENARIO,
    &guard::insert_while_iterating::SCENARIO,
    &guard::get_under_entry::SCENARIO,
    &guard::len_in_or_insert_with::SCENARIO,
    &guard::get_in_alter::SCENARIO,
    &guard::two_shards::SCENARIO,
    &guard::two_maps::SCENARIO,
    &guard::guard_and_mutex::SCENARIO,
    &guard::ref_over_await::SCENARIO,
    &guard::lock_over_await::SCENARIO,
    &lock_order::two_mutexes::SCENARIO,
    &lock_order::three_locks::SCENARIO,
    &lock_order::rwlock_and_mutex::SCENARIO,
    &iteration::renamed_key::SCENARIO,
    &iteration::two_admins::SCENARIO,
    &iteration::over_capacity::SCENARIO,
    &iteration::numbered_by_len::SCENARIO,
    &order_notes::two_inserts::SCENARIO,
    &order_notes::insert_and_remove::SCENARIO,
    &order_notes::insert_and_len::SCENARIO,
    &trap::fence_hand_off::SCENARIO,
    &trap::contended_mutex::SCENARIO,
    &trap::channel::SCENARIO,
    &trap::idempotent_fill::SCENARIO,
    &trap::gauge::SCENARIO,
    &trap::spin_lock_flag::SCENARIO,
    &trap::test_and_test_and_set::SCENARIO,
    &trap::ticket_lock::SCENARIO,
    &trap::seqlock::SCENARIO,
    &trap::last_word_after_join::SCENARIO,
    &trap::phase_by_channel::SCENARIO,
    &trap::entry_counter::SCENARIO,
    &trap::compare_exchange_max::SCENARIO,
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
        return Err(format!(
            "no scenario matches `{filter}`; {}",
            there_are(filter)
        ));
    }
    Ok(matches)
}

/// The scenario of this path. When there is none, the error says which there are.
pub fn find(path: &str) -> Result<&'static Scenario, String> {
    let found = ALL.iter().copied().find(|s| s.path() == path);
    found.ok_or_else(|| format!("no scenario is called `{path}`; {}", there_are(path)))
}

/// What there is instead, the names most like it first.
fn there_are(path: &str) -> String {
    let likeness = |scenario: &Scenario| {
        let names = [scenario.name, &scenario.path()].map(|name| jaro_winkler(name, path));
        names.into_iter().fold(0.0, f64::max)
    };
    let mut nearest = ALL.to_vec();
    nearest.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    let paths = |scenarios: &[&Scenario]| {
        let paths: Vec<_> = scenarios.iter().map(|s| s.path()).collect();
        paths.join(", ")
    };
    let (nearest, all) = (paths(&nearest[..3]), paths(ALL));
    format!("the nearest are {nearest}; there are: {all}")
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
                scenario
                    .source
                    .file
                    .contains(&scenario.class.replace('-', "_")),
                "{}",
                scenario.path()
            );
            if let Expectation::Rate(min) = scenario.expectation {
                assert!(min > 0.0 && min < 1.0, "{}", scenario.path());
            }
        }
    }

    /// `docs/methodology.md` shows how to add a scenario by one that is there.
    #[test]
    fn the_example_of_the_documentation_is_a_scenario() {
        let page = include_str!("../../../docs/methodology.md");
        let blocks = page.split("```rust\n").skip(1);
        let blocks: Vec<_> = blocks
            .filter_map(|text| Some(text.split_once("```")?.0))
            .collect();
        let file = include_str!("check_then_act/get_then_insert.rs");
        assert_eq!(blocks.join("\n"), file);
    }

    #[test]
    fn the_readme_counts_the_pairs_of_each_class() {
        let page = include_str!("../../../README.md");
        for class in ALL.iter().map(|s| s.class).collect::<BTreeSet<_>>() {
            let pairs = ALL.iter().filter(|s| s.class == class).count();
            let row = format!("| `{class}` | {pairs} |");
            assert!(page.contains(&row), "README has no row `{row}`");
        }
        let all = format!("{} pairs", ALL.len());
        assert!(page.contains(&all), "README does not say `{all}`");
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
                // Without detection a deadlock takes its time to be taken for one.
                for _ in 0..if cfg!(feature = "detect") { 5 } else { 1 } {
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
            error.starts_with("no scenario matches `nonesuch`; the nearest are ")
                && error.contains("; there are: map/write-write, ")
                && error.contains("trap/channel"),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
    }

    #[test]
    fn a_slip_of_the_pen_is_answered_with_what_was_meant() {
        for slip in ["map/two-lokcs", "two-lock", "map/two_locks"] {
            let error = find(slip).err().expect("nothing is called that");
            assert!(error.contains("the nearest are map/two-locks, "), "{error}");
        }
    }
}
