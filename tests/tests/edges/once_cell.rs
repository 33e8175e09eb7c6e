//! `once_cell`.

use crate::pair::{edge, no_edge};
use fidge::once_cell::race::{OnceBool, OnceBox, OnceNonZeroUsize, OnceRef};
use fidge::once_cell::sync::{Lazy, OnceCell};
use std::num::NonZero;

type Cell = OnceCell<u32>;

#[test]
fn a_set_is_before_who_sees_the_value() {
    let set = |cell: &Cell| cell.set(1).unwrap();
    edge(Cell::new, set, |cell| assert!(cell.get().is_some()));
    edge(Cell::new, set, |cell| assert_eq!(*cell.wait(), 1));
    edge(Cell::new, set, |cell| assert_eq!(cell.set(2), Err(2)));
    edge(Cell::new, set, |cell| assert!(cell.try_insert(2).is_err()));
    edge(Cell::new, set, |cell| {
        assert_eq!(*cell.get_or_init(|| 2), 1)
    });
    edge(Cell::new, set, |cell| {
        assert_eq!(cell.get_or_try_init(|| Err(())), Ok(&1));
    });
    let init = |cell: &Cell| assert_eq!(*cell.get_or_init(|| 1), 1);
    edge(Cell::new, init, |cell| assert!(cell.get().is_some()));
}

#[test]
fn who_finds_it_empty_is_before_nobody() {
    no_edge(
        Cell::new,
        |cell| assert!(cell.get().is_none()),
        |cell| cell.set(1).unwrap(),
    );
    no_edge(
        <(Cell, Cell)>::default,
        |two| two.0.set(1).unwrap(),
        |two| two.1.set(1).unwrap(),
    );
}

#[test]
fn a_lazy_value_is_made_before_it_is_seen() {
    edge(
        || Lazy::<u32>::new(|| 1),
        |lazy| assert_eq!(*Lazy::force(lazy), 1),
        |lazy| assert_eq!(Lazy::get(lazy), Some(&1)),
    );
}

#[test]
fn the_cells_of_race_order_what_they_publish() {
    edge(
        OnceBool::new,
        |cell| cell.set(true).unwrap(),
        |cell| {
            assert_eq!(cell.get(), Some(true));
        },
    );
    edge(
        OnceNonZeroUsize::new,
        |cell| cell.set(NonZero::<usize>::MIN).unwrap(),
        |cell| assert!(cell.get().is_some()),
    );
    edge(
        OnceBox::<u32>::new,
        |cell| cell.set(Box::new(1)).unwrap(),
        |cell| assert_eq!(*cell.get_or_init(|| Box::new(2)), 1),
    );
    edge(
        OnceRef::<'static, u32>::new,
        |cell| cell.set(&1).unwrap(),
        |cell| assert_eq!(cell.get(), Some(&1)),
    );
}
