//! `HashSet`: the table of its contract, row by row.

use crate::contract::{Row, check, check_ordered};
use fidge::collections::HashSet;
use std::mem::take;

type Set = HashSet<u32>;

/// 7 and 8, with room for more.
fn fresh() -> Set {
    let mut set = Set::with_capacity(32);
    set.extend([7, 8]);
    set
}

const READS: [Row<Set>; 14] = [
    ("HashSet::get", "r--r", |set| _ = set.get(&7)),
    ("HashSet::contains", "r--r", |set| _ = set.contains(&7)),
    ("HashSet::contains", "-r-r", |set| _ = set.contains(&8)),
    ("HashSet::contains", "---r", |set| _ = set.contains(&9)),
    ("HashSet::capacity", "---r", |set| _ = set.capacity()),
    ("HashSet::len", "--rr", |set| _ = set.len()),
    ("HashSet::is_empty", "--rr", |set| _ = set.is_empty()),
    ("HashSet::iter", "rrrr", |set| set.iter().for_each(|_| ())),
    ("HashSet::clone", "rrrr", |set| drop(set.clone())),
    ("HashSet::fmt", "rrrr", |set| _ = format!("{set:?}")),
    ("HashSet::eq", "rrrr", |set| _ = *set == fresh()),
    ("HashSet::difference", "rrrr", |set| {
        set.difference(&Set::new()).for_each(|_| ())
    }),
    ("HashSet::iter", "--rr", |set| _ = set.iter().count()),
    ("HashSet::union", "rrrr", |set| {
        set.union(&Set::new()).for_each(|_| ())
    }),
];

const CHANGES: [Row<Set>; 9] = [
    ("HashSet::insert", "w--r", |set| assert!(!set.insert(7))),
    ("HashSet::insert", "-w-r", |set| assert!(!set.insert(8))),
    ("HashSet::insert", "--ww", |set| _ = set.insert(9)),
    ("HashSet::replace", "---w", |set| {
        assert_eq!(set.replace(7), Some(7))
    }),
    ("HashSet::remove", "---r", |set| assert!(!set.remove(&10))),
    ("HashSet::extend", "--ww", |set| set.extend([9])),
    ("HashSet::reserve", "---w", |set| set.reserve(100)),
    ("HashSet::shrink_to_fit", "---w", |set| set.shrink_to_fit()),
    ("HashSet::shrink_to", "---w", |set| set.shrink_to(10)),
];

/// What takes elements or the whole table away: little is tried after it.
const REMOVALS: [Row<Set>; 8] = [
    ("HashSet::remove", "--ww", |set| assert!(set.remove(&7))),
    ("HashSet::take", "--ww", |set| {
        assert_eq!(set.take(&7), Some(7))
    }),
    ("HashSet::clear", "--ww", |set| set.clear()),
    ("HashSet::drain", "--ww", |set| drop(set.drain())),
    ("HashSet::extract_if", "--ww", |set| {
        set.extract_if(|_| true).for_each(|_| ())
    }),
    ("HashSet::retain", "--ww", |set| set.retain(|_| false)),
    ("HashSet::into_iter", "---w", |set| {
        drop(take(set).into_iter())
    }),
    ("HashSet::drop", "---w", |set| drop(take(set))),
];

fn all_but_removals() -> Vec<Row<Set>> {
    [&READS[..], &CHANGES].concat()
}

fn all() -> Vec<Row<Set>> {
    [&all_but_removals()[..], &REMOVALS].concat()
}

#[test]
fn each_pair_that_conflicts_is_found_and_no_other() {
    check(file!(), fresh, &all_but_removals(), &all());
}

#[test]
fn a_removal_conflicts_with_what_comes_later() {
    check(file!(), fresh, &REMOVALS[..6], &READS);
}

#[test]
fn what_is_ordered_is_silent() {
    check_ordered(fresh, &all_but_removals(), &all());
}
