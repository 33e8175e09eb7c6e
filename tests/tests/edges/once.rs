//! `Once`, `OnceLock`, `LazyLock`.

use crate::pair::{Plain, assert_race, edge, in_turn, no_edge};
use fidge::Kind;
use fidge::sync::{LazyLock, Once, OnceLock};
use std::panic::catch_unwind;

type Cell = OnceLock<u32>;

fn initialise(once: &Once) {
    once.call_once(|| ());
}

#[test]
fn the_initialiser_is_before_who_finds_it_complete() {
    let not_again = |once: &Once| once.call_once(|| panic!("not again"));
    edge(Once::new, initialise, not_again);
    edge(Once::new, initialise, |once| assert!(once.is_completed()));
    edge(Once::new, initialise, Once::wait);
    edge(Once::new, initialise, Once::wait_force);
    let forced = |once: &Once| once.call_once_force(|_| ());
    edge(Once::new, forced, not_again);
}

#[test]
fn a_failed_attempt_is_before_the_next() {
    let fail = |once: &Once| {
        let once = std::panic::AssertUnwindSafe(once);
        let fails = || once.call_once(|| std::panic::resume_unwind(Box::new("fails")));
        assert!(catch_unwind(fails).is_err());
    };
    edge(Once::new, fail, |once| {
        once.call_once_force(|state| assert!(state.is_poisoned()));
    });
}

#[test]
fn who_finds_it_complete_is_before_nobody() {
    let complete = || {
        let once = Once::new();
        initialise(&once);
        once
    };
    no_edge(complete, initialise, initialise);
    no_edge(Once::new, |once| assert!(!once.is_completed()), initialise);
    no_edge(
        <(Cell, Cell)>::default,
        |two| two.0.set(1).unwrap(),
        |two| two.1.set(1).unwrap(),
    );
}

#[test]
fn a_set_is_before_who_sees_the_value() {
    let set = |cell: &Cell| cell.set(1).unwrap();
    edge(Cell::default, set, |cell| assert!(cell.get().is_some()));
    edge(Cell::default, set, |cell| assert_eq!(*cell.wait(), 1));
    edge(Cell::default, set, |cell| assert_eq!(cell.set(2), Err(2)));
    edge(Cell::default, set, |cell| {
        assert_eq!(*cell.get_or_init(|| 2), 1)
    });
    edge(
        Cell::default,
        |cell| assert_eq!(*cell.get_or_init(|| 1), 1),
        |cell| assert_eq!(cell.get(), Some(&1)),
    );
}

#[test]
fn who_finds_it_empty_is_before_nobody() {
    no_edge(
        Cell::default,
        |cell| assert!(cell.get().is_none()),
        |cell| cell.set(1).unwrap(),
    );
}

#[test]
fn a_lazy_value_is_made_before_it_is_seen() {
    edge(
        || LazyLock::<u32>::new(|| 1),
        |lazy| assert_eq!(*LazyLock::force(lazy), 1),
        |lazy| assert_eq!(**lazy, 1),
    );
}

#[test]
fn what_an_initialiser_writes_is_ordered_and_what_follows_is_not() {
    let (cell, once) = (Plain::default(), Once::new());
    let report = fidge::check(|| {
        in_turn(
            || once.call_once(|| cell.write()),
            || {
                once.call_once(|| ());
                cell.read();
            },
        );
    });
    assert!(report.is_clean(), "{report}");

    let once = Once::new();
    let report = fidge::check(|| {
        in_turn(
            || {
                once.call_once(|| ());
                cell.write();
            },
            || {
                once.call_once(|| ());
                cell.read();
            },
        );
    });
    let line = line!() - 8;
    assert_race(&report, Kind::DataRace, file!(), [line, line + 4]);
}
