//! `HashMap`: the table of its contract, row by row.

use crate::contract::{Row, check, check_ordered};
use fidge::collections::HashMap;
use std::mem::take;

type Map = HashMap<u32, u32>;

/// 7 and 8, with room for more.
fn fresh() -> Map {
    let mut map = Map::with_capacity(32);
    map.extend([(7, 0), (8, 0)]);
    map
}

/// 7, 8 and more, with room for none.
fn full() -> Map {
    let mut map = Map::from([(7, 0), (8, 0)]);
    map.extend((100..).take(map.capacity() - map.len()).map(|key| (key, 0)));
    assert_eq!(map.len(), map.capacity());
    map
}

const READS: [Row<Map>; 14] = [
    ("HashMap::get", "r--r", |map| _ = map.get(&7)),
    ("HashMap::get", "-r-r", |map| _ = map.get(&8)),
    ("HashMap::get", "---r", |map| _ = map.get(&9)),
    ("HashMap::get_key_value", "r--r", |map| {
        _ = map.get_key_value(&7)
    }),
    ("HashMap::contains_key", "r--r", |map| {
        _ = map.contains_key(&7)
    }),
    ("HashMap::capacity", "---r", |map| _ = map.capacity()),
    ("HashMap::len", "--rr", |map| _ = map.len()),
    ("HashMap::is_empty", "--rr", |map| _ = map.is_empty()),
    ("HashMap::iter", "rrrr", |map| map.iter().for_each(|_| ())),
    ("HashMap::iter", "rrrr", |map| {
        _ = map.iter().collect::<Vec<_>>()
    }),
    ("HashMap::keys", "rrrr", |map| map.keys().for_each(|_| ())),
    ("HashMap::values", "rrrr", |map| for _ in map.values() {}),
    ("HashMap::clone", "rrrr", |map| drop(map.clone())),
    ("HashMap::fmt", "rrrr", |map| _ = format!("{map:?}")),
];

const WRITES: [Row<Map>; 9] = [
    ("HashMap::get_mut", "w--r", |map| _ = map.get_mut(&7)),
    ("HashMap::get_mut", "-w-r", |map| _ = map.get_mut(&8)),
    ("HashMap::get_disjoint_mut", "ww-r", |map| {
        _ = map.get_disjoint_mut([&7, &8])
    }),
    ("HashMap::insert", "w--r", |map| _ = map.insert(7, 1)),
    ("HashMap::entry|Entry::or_insert", "w--r", |map| {
        _ = map.entry(7).or_insert(1)
    }),
    ("HashMap::entry|Entry::and_modify", "w--r", |map| {
        map.entry(7).and_modify(|value| *value = 1);
    }),
    ("HashMap::entry|Entry::insert_entry", "w--r", |map| {
        _ = map.entry(7).insert_entry(1)
    }),
    ("HashMap::iter_mut", "wwrr", |map| {
        map.iter_mut().for_each(|_| ())
    }),
    (
        "HashMap::values_mut",
        "wwrr",
        |map| for _ in map.values_mut() {},
    ),
];

/// What leaves the keys where they are: any other may come after it.
const CHANGES: [Row<Map>; 9] = [
    ("HashMap::insert", "--ww", |map| _ = map.insert(9, 1)),
    ("HashMap::entry|Entry::or_default", "--ww", |map| {
        _ = map.entry(9).or_default()
    }),
    ("HashMap::remove", "---r", |map| {
        assert_eq!(map.remove(&10), None)
    }),
    ("HashMap::remove_entry", "---r", |map| {
        assert_eq!(map.remove_entry(&10), None)
    }),
    ("HashMap::retain", "--ww", |map| map.retain(|_, _| true)),
    ("HashMap::extend", "--ww", |map| map.extend([(9, 1)])),
    ("HashMap::reserve", "---w", |map| map.reserve(100)),
    ("HashMap::shrink_to_fit", "---w", |map| map.shrink_to_fit()),
    ("HashMap::shrink_to", "---w", |map| map.shrink_to(10)),
];

/// What takes keys or the whole table away: nothing is tried after it.
const REMOVALS: [Row<Map>; 11] = [
    ("HashMap::remove", "--ww", |map| {
        assert!(map.remove(&7).is_some())
    }),
    ("HashMap::remove_entry", "--ww", |map| {
        assert!(map.remove_entry(&7).is_some())
    }),
    (
        "HashMap::entry|OccupiedEntry::remove",
        "--ww",
        |map| match map.entry(7) {
            fidge::collections::hash_map::Entry::Occupied(entry) => _ = entry.remove(),
            fidge::collections::hash_map::Entry::Vacant(_) => panic!("7 is there"),
        },
    ),
    ("HashMap::clear", "--ww", |map| map.clear()),
    ("HashMap::drain", "--ww", |map| drop(map.drain())),
    ("HashMap::extract_if", "--ww", |map| {
        map.extract_if(|_, _| true).for_each(|_| ())
    }),
    ("HashMap::retain", "--ww", |map| map.retain(|_, _| false)),
    ("HashMap::into_iter", "---w", |map| {
        drop(take(map).into_iter())
    }),
    ("HashMap::into_keys", "---w", |map| {
        drop(take(map).into_keys())
    }),
    ("HashMap::into_values", "---w", |map| {
        drop(take(map).into_values())
    }),
    ("HashMap::drop", "---w", |map| drop(take(map))),
];

fn all_but_removals() -> Vec<Row<Map>> {
    [&READS[..], &WRITES, &CHANGES].concat()
}

fn all() -> Vec<Row<Map>> {
    [&all_but_removals()[..], &REMOVALS].concat()
}

#[test]
fn each_pair_that_conflicts_is_found_and_no_other() {
    check(file!(), fresh, &all_but_removals(), &all());
}

#[test]
fn a_removal_conflicts_with_what_comes_later() {
    // Up to `clear`: the keys' shadow is gone with them, the structure's is not.
    check(file!(), fresh, &REMOVALS[..7], &READS);
}

#[test]
fn an_insertion_into_a_full_table_writes_the_structure() {
    let inserts: [Row<Map>; 3] = [
        ("HashMap::insert", "w--w", |map| _ = map.insert(7, 1)),
        ("HashMap::insert", "--ww", |map| _ = map.insert(9, 1)),
        ("HashMap::entry", "---w", |map| _ = map.entry(9)),
    ];
    check(file!(), full, &READS, &inserts);
    check(file!(), full, &inserts, &READS[..2]);
}

#[test]
fn index_and_eq_read() {
    let reads: [Row<Map>; 2] = [
        ("HashMap::index", "r--r", |map| _ = map[&7]),
        ("HashMap::eq", "rrrr", |map| _ = *map == fresh()),
    ];
    check(file!(), fresh, &reads, &all());
}

#[test]
fn what_is_ordered_is_silent() {
    check_ordered(fresh, &all_but_removals(), &all());
}
