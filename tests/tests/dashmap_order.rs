//! What an operation on a `DashMap` orders, and what it does not.
//!
//! One strand writes a plain cell around its operation on the map, another writes the cell after its
//! own operation; only the map could order the two. The signal that makes the second come second is
//! one that Fidge does not see.
#![cfg(feature = "detect")]

use fidge::cell::UnsafeCell;
use fidge::dashmap::mapref::entry::OccupiedEntry;
use fidge::dashmap::{DashMap, DashSet, Entry};
use std::sync::mpsc;

/// Two shards only, so that keys share them.
type Map = DashMap<u32, (u32, u32)>;

/// Whether the map orders what `first` does before it calls its second argument ahead of what
/// follows `then`. The map holds the keys 0 to 31, and had 100 removed.
fn ordered(first: impl FnOnce(&Map, &dyn Fn()) + Send, then: impl FnOnce(&Map) + Send) -> bool {
    let report = fidge::check(|| {
        let map = Map::with_shard_amount(2);
        (0..32).for_each(|key| assert_eq!(map.insert(key, (0, 0)), None));
        map.insert(100, (0, 0));
        map.remove(&100);
        let cell = UnsafeCell::new(0);
        let (cell, map) = (&Shared(cell), &map);
        let (signal, wait) = mpsc::channel();

        fidge::thread::scope(|scope| {
            scope.spawn(move || {
                first(map, &|| cell.write());
                signal.send(()).unwrap();
            });
            scope.spawn(move || {
                wait.recv().unwrap();
                then(map);
                cell.write();
            });
        });
    });
    report.is_clean()
}

struct Shared(UnsafeCell<u32>);

// SAFETY: a signal, or the map's own locks, keep conflicting accesses apart in every test.
unsafe impl Sync for Shared {}

impl Shared {
    fn write(&self) {
        // SAFETY: nobody else is at the cell, see above.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }

    fn read(&self) {
        // SAFETY: as in `write`, or others only read.
        self.0.with(|value| assert_ne!(unsafe { *value }, u32::MAX));
    }
}

fn occupied(map: &Map, key: u32) -> OccupiedEntry<'_, u32, (u32, u32)> {
    match map.entry(key) {
        Entry::Occupied(entry) => entry,
        Entry::Vacant(_) => panic!("expected the key {key}"),
    }
}

type Operation = (&'static str, fn(&Map));

/// What sees key `key`, without writing it.
macro_rules! reads {
    ($key:literal) => {
        [
            ("get", |map| assert!(map.get(&$key).is_some())),
            ("try_get", |map| assert!(map.try_get(&$key).is_present())),
            ("contains_key", |map| assert!(map.contains_key(&$key))),
            ("view", |map| map.view(&$key, |_, _| ()).unwrap()),
            (">>", |map| assert_eq!(*(map >> &$key).key(), $key)),
            ("&", |map| assert!(map & &$key)),
            ("iter", |map| {
                assert!(map.iter().any(|item| *item.key() == $key))
            }),
            ("clone", |map| assert!(map.clone().contains_key(&$key))),
            ("Debug", |map| assert!(format!("{map:?}").contains("("))),
        ] as [Operation; 9]
    };
}

/// What writes key `key`, or could.
macro_rules! writes {
    ($key:literal) => {
        [
            ("insert over", |map| {
                assert!(map.insert($key, (1, 1)).is_some())
            }),
            ("<<", |map| assert!((map << ($key, (1, 1))).is_some())),
            ("get_mut", |map| assert!(map.get_mut(&$key).is_some())),
            ("try_get_mut", |map| {
                assert!(map.try_get_mut(&$key).is_present())
            }),
            ("|", |map| assert_eq!(*(map | &$key).key(), $key)),
            ("entry", |map| drop(occupied(map, $key))),
            ("try_entry", |map| drop(map.try_entry($key).unwrap())),
            ("or_insert", |map| drop(map.entry($key).or_insert((1, 1)))),
            ("insert_entry", |map| {
                drop(map.entry($key).insert_entry((1, 1)))
            }),
            ("into_key", |map| _ = occupied(map, $key).into_key()),
            ("replace_entry", |map| {
                _ = occupied(map, $key).replace_entry((1, 1))
            }),
            ("alter", |map| map.alter(&$key, |_, v| v)),
            ("alter_all", |map| map.alter_all(|_, v| v)),
            ("iter_mut", |map| {
                assert!(map.iter_mut().any(|item| *item.key() == $key))
            }),
            ("remove_if of none", |map| {
                assert!(map.remove_if(&$key, |_, _| false).is_none())
            }),
            ("retain all", |map| map.retain(|_, _| true)),
        ] as [Operation; 16]
    };
}

/// What removes key `key`.
macro_rules! removals {
    ($key:literal) => {
        [
            ("remove", |map| assert!(map.remove(&$key).is_some())),
            ("-", |map| assert!((map - &$key).is_some())),
            ("remove_if", |map| {
                assert!(map.remove_if(&$key, |_, _| true).is_some())
            }),
            ("remove_if_mut", |map| {
                assert!(map.remove_if_mut(&$key, |_, _| true).is_some())
            }),
            ("OccupiedEntry::remove", |map| {
                _ = occupied(map, $key).remove()
            }),
            ("remove_entry", |map| _ = occupied(map, $key).remove_entry()),
            ("retain", |map| map.retain(|key, _| *key != $key)),
            ("clear", |map| map.clear()),
        ] as [Operation; 8]
    };
}

/// What looks for key `key` in vain.
macro_rules! misses {
    ($key:literal) => {
        [
            ("get", |map| assert!(map.get(&$key).is_none())),
            ("get_mut", |map| assert!(map.get_mut(&$key).is_none())),
            ("try_get", |map| assert!(map.try_get(&$key).is_absent())),
            ("try_get_mut", |map| {
                assert!(map.try_get_mut(&$key).is_absent())
            }),
            ("contains_key", |map| assert!(!map.contains_key(&$key))),
            ("view", |map| assert!(map.view(&$key, |_, _| ()).is_none())),
            ("alter", |map| map.alter(&$key, |_, _| unreachable!())),
            ("remove", |map| assert!(map.remove(&$key).is_none())),
            ("remove_if", |map| {
                assert!(map.remove_if(&$key, |_, _| true).is_none())
            }),
            ("entry", |map| drop(map.entry($key))),
            ("insert", |map| assert!(map.insert($key, (1, 1)).is_none())),
        ] as [Operation; 11]
    };
}

/// What learns the size.
const SIZES: [Operation; 7] = [
    ("len", |map| _ = map.len()),
    ("is_empty", |map| _ = map.is_empty()),
    ("capacity", |map| _ = map.capacity()),
    ("iter", |map| _ = map.iter().count()),
    ("iter_mut", |map| _ = map.iter_mut().count()),
    ("retain", |map| map.retain(|_, _| true)),
    ("clone", |map| drop(map.clone())),
];

fn all_ordered(firsts: &[Operation], thens: &[Operation], expected: bool) {
    for (first_name, first) in firsts {
        for (then_name, then) in thens {
            let ordered = ordered(
                |map, write| {
                    write();
                    first(map);
                },
                then,
            );
            assert_eq!(ordered, expected, "{first_name}, then {then_name}");
        }
    }
}

const NEW: [Operation; 4] = [
    ("insert", |map| assert!(map.insert(50, (0, 0)).is_none())),
    ("or_default", |map| drop(map.entry(50).or_default())),
    ("insert_entry", |map| {
        drop(map.entry(50).insert_entry((0, 0)))
    }),
    ("insert of a removed key", |map| {
        map.insert(50, (0, 0));
        map.remove(&50);
        map.insert(50, (0, 0));
    }),
];

#[test]
fn a_write_is_before_who_sees_the_key() {
    all_ordered(&writes!(7), &reads!(7), true);
    all_ordered(&writes!(7), &writes!(7), true);
    all_ordered(&writes!(7), &removals!(7), true);
}

#[test]
fn an_insertion_is_before_who_sees_the_key() {
    all_ordered(&NEW, &reads!(50), true);
    all_ordered(&NEW, &writes!(50), true);
    all_ordered(&NEW, &removals!(50), true);
}

#[test]
fn a_read_is_before_a_later_write() {
    all_ordered(&reads!(7), &writes!(7), true);
    all_ordered(&reads!(7), &removals!(7), true);
}

#[test]
fn reads_order_no_reads() {
    all_ordered(&reads!(7), &reads!(7), false);
}

#[test]
fn a_removal_is_before_who_misses_the_key() {
    all_ordered(&removals!(7), &misses!(7), true);
}

#[test]
fn a_removal_is_before_who_misses_the_key_though_it_came_back_in_between() {
    let come_and_go: [Operation; 1] = [("remove, insert, remove", |map| {
        map.remove(&7);
        map.insert(7, (0, 0));
        map.remove(&7);
    })];
    all_ordered(&come_and_go, &misses!(7), true);
}

#[test]
fn insertions_and_removals_are_before_who_learns_the_size() {
    all_ordered(&NEW, &SIZES, true);
    all_ordered(&removals!(7), &SIZES, true);
    let shrinks: [Operation; 1] = [("shrink_to_fit", DashMap::shrink_to_fit)];
    all_ordered(&shrinks, &SIZES, true);
}

#[test]
fn keys_of_one_shard_order_nothing_between_them() {
    // Whatever meets all keys is left out on the second side; 7 and 8 to 31 share two shards.
    let others: [Operation; 5] = [
        ("get", |map| {
            (8..32).for_each(|key| assert!(map.contains_key(&key)))
        }),
        ("get_mut", |map| {
            (8..32).for_each(|key| drop(map.get_mut(&key)))
        }),
        ("insert", |map| {
            (8..32).for_each(|key| assert!(map.insert(key, (1, 1)).is_some()))
        }),
        ("insert new", |map| {
            (50..90).for_each(|key| assert!(map.insert(key, (1, 1)).is_none()))
        }),
        ("miss", |map| {
            (50..90).for_each(|key| assert!(!map.contains_key(&key)))
        }),
    ];
    all_ordered(&writes!(7)[..6], &others, false);
    all_ordered(&reads!(7)[..6], &others, false);
    all_ordered(&removals!(7)[..6], &others, false);
    all_ordered(&NEW[..1], &others[..3], false);
}

#[test]
fn neither_reads_nor_overwrites_nor_misses_touch_the_size() {
    all_ordered(&reads!(7)[..6], &SIZES[..3], false);
    all_ordered(&writes!(7)[..6], &SIZES[..3], false);
    all_ordered(&misses!(60)[..10], &SIZES[..3], false);
    all_ordered(&SIZES[..3], &NEW, false);
}

#[test]
fn misses_order_nothing() {
    all_ordered(&misses!(100)[..9], &misses!(100), false);
}

#[test]
fn a_reference_orders_until_it_is_dropped() {
    type Guarded = (&'static str, fn(&Map, &dyn Fn()));
    let guards: [Guarded; 9] = [
        ("RefMut", |map, write| {
            let _guard = map.get_mut(&7);
            write();
        }),
        ("RefMut::map", |map, write| {
            let _guard = map
                .get_mut(&7)
                .unwrap()
                .map(|pair| &mut pair.0)
                .map(|part| part);
            write();
        }),
        ("RefMut::try_map", |map, write| {
            let guard = map
                .get_mut(&7)
                .unwrap()
                .try_map(|_| None::<&mut u8>)
                .unwrap_err();
            let _guard = guard.try_map(|pair| Some(&mut pair.1));
            write();
        }),
        ("OccupiedEntry", |map, write| {
            let _guard = occupied(map, 7);
            write();
        }),
        ("OccupiedEntry::into_ref", |map, write| {
            let _guard = occupied(map, 7).into_ref();
            write();
        }),
        ("VacantEntry::insert", |map, write| {
            map.remove(&7);
            let _guard = map.entry(7).or_default();
            write();
        }),
        ("RefMutMulti", |map, write| {
            let _guard = map.iter_mut().find(|item| *item.key() == 7).unwrap();
            write();
        }),
        ("alter", |map, write| {
            map.alter(&7, |_, value| {
                write();
                value
            });
        }),
        ("retain", |map, write| {
            map.retain(|key, _| {
                if *key == 7 {
                    write();
                }
                true
            });
        }),
    ];
    for (name, first) in guards {
        assert!(ordered(first, |map| drop(map.get(&7))), "{name}, then get");
    }

    let vacant: [Guarded; 3] = [
        ("VacantEntry", |map, write| {
            let _guard = map.entry(60);
            write();
        }),
        ("VacantEntry::into_key", |map, write| {
            let entry = map.entry(60);
            write();
            entry.into_key();
        }),
        ("or_try_insert_with", |map, write| {
            let failed = map.entry(60).or_try_insert_with(|| {
                write();
                Err(())
            });
            assert!(failed.is_err());
        }),
    ];
    for (name, first) in vacant {
        assert!(
            ordered(first, |map| drop(map.entry(60))),
            "{name}, then entry"
        );
        assert!(
            ordered(first, |map| _ = map.insert(60, (0, 0))),
            "{name}, then insert"
        );
        assert!(
            !ordered(first, |map| drop(map.entry(61))),
            "{name}, then entry of another key"
        );
    }

    let shared: [Guarded; 4] = [
        ("Ref", |map, write| {
            let _guard = map.get(&7);
            write();
        }),
        ("Ref::map", |map, write| {
            let _guard = map
                .get(&7)
                .unwrap()
                .map(|pair| &pair.0)
                .try_map(|part| Some(part));
            write();
        }),
        ("RefMut::downgrade", |map, write| {
            let _guard = map.get_mut(&7).unwrap().downgrade();
            write();
        }),
        ("RefMulti", |map, write| {
            let _guard = map.iter().find(|item| *item.key() == 7).unwrap();
            write();
        }),
    ];
    for (name, first) in shared {
        assert!(
            ordered(first, |map| drop(map.get_mut(&7))),
            "{name}, then get_mut"
        );
        assert!(!ordered(first, |map| drop(map.get(&7))), "{name}, then get");
    }
}

#[test]
fn what_follows_the_last_hold_is_not_ordered() {
    for (name, first) in writes!(7).into_iter().chain(reads!(7)).chain(removals!(7)) {
        let late = |map: &Map, write: &dyn Fn()| {
            first(map);
            write();
        };
        assert!(
            !ordered(late, |map| drop(map.entry(7).or_default())),
            "{name}"
        );
    }
}

#[test]
fn a_view_orders_what_its_map_did() {
    let report = fidge::check(|| {
        let map = Map::with_shard_amount(2);
        let cell = Shared(UnsafeCell::new(0));
        let cell = &cell;
        let (send, receive) = mpsc::channel();
        fidge::thread::scope(|scope| {
            scope.spawn(move || {
                cell.write();
                map.insert(1, (0, 0));
                send.send(map.into_read_only()).unwrap();
            });
            scope.spawn(move || {
                let view = receive.recv().unwrap();
                assert!(view.contains_key(&1));
                cell.write();
            });
        });
    });
    assert!(report.is_clean());
}

#[test]
fn a_set_orders_as_a_map_does() {
    let ordered = |then: fn(&DashSet<u32>)| {
        fidge::check(|| {
            let (set, cell) = (DashSet::from_iter([1]), Shared(UnsafeCell::new(0)));
            let (set, cell): (&DashSet<u32>, _) = (&set, &cell);
            let (signal, wait) = mpsc::channel();
            fidge::thread::scope(|scope| {
                scope.spawn(move || {
                    cell.write();
                    set.remove(&1);
                    set.insert(2);
                    signal.send(()).unwrap();
                });
                scope.spawn(move || {
                    wait.recv().unwrap();
                    then(set);
                    cell.write();
                });
            });
        })
        .is_clean()
    };
    assert!(ordered(|set| assert!(!set.contains(&1))));
    assert!(ordered(|set| assert_eq!(set.get(&2).as_deref(), Some(&2))));
    assert!(ordered(|set| assert_eq!(set.len(), 1)));
    assert!(ordered(|set| assert!(set.iter().all(|key| *key == 2))));
    assert!(!ordered(|set| assert!(!set.contains(&3))));
}

/// Every guard of a key is a lock on that key's cell, whoever else is at work on the map.
#[test]
fn guards_keep_the_cells_of_their_keys_under_load() {
    const KEYS: u32 = 6;

    fn step(map: &Map, cells: &[Shared], random: u32) {
        let key = random % KEYS;
        let cell = &cells[key as usize];
        match random / KEYS % 14 {
            0 => match map.entry(key) {
                Entry::Occupied(entry) => {
                    cell.write();
                    entry.remove();
                }
                Entry::Vacant(_entry) => cell.write(),
            },
            1 => match map.entry(key) {
                Entry::Occupied(entry) => {
                    let _guard = entry.into_ref();
                    cell.write();
                }
                Entry::Vacant(entry) => {
                    cell.write();
                    let _guard = entry.insert((0, 0));
                    cell.write();
                }
            },
            2 => match map.try_entry(key) {
                Some(Entry::Occupied(entry)) => {
                    cell.write();
                    entry.replace_entry((1, 1));
                }
                Some(entry) => {
                    cell.write();
                    let _guard = entry.insert_entry((0, 0));
                    cell.write();
                }
                None => {}
            },
            3 => map.alter(&key, |_, value| {
                cell.write();
                value
            }),
            4 => {
                _ = map.remove_if_mut(&key, |_, _| {
                    cell.write();
                    random.is_multiple_of(3)
                })
            }
            5 => map.retain(|key, _| {
                cells[*key as usize].write();
                !random.is_multiple_of(5)
            }),
            6 => map
                .iter_mut()
                .for_each(|item| cells[*item.key() as usize].write()),
            7 => map.alter_all(|key, value| {
                cells[*key as usize].write();
                value
            }),
            8 => {
                if let Some(_guard) = map.get_mut(&key) {
                    cell.write();
                }
            }
            9 => {
                if let Some(guard) = map.get_mut(&key) {
                    cell.write();
                    let _guard = guard.downgrade().map(|pair| &pair.0);
                    cell.read();
                }
            }
            10 => map
                .iter()
                .for_each(|item| cells[*item.key() as usize].read()),
            11 => map.view(&key, |_, _| cell.read()).unwrap_or_default(),
            _ => {
                if let Some(_guard) = map.get(&key) {
                    cell.read();
                }
            }
        }
    }

    let report = fidge::check(|| {
        let map = Map::with_shard_amount(2);
        let cells: Vec<_> = (0..KEYS).map(|_| Shared(UnsafeCell::new(0))).collect();
        let (map, cells) = (&map, &cells);
        fidge::thread::scope(|scope| {
            for thread in 1..=4_u32 {
                scope.spawn(move || {
                    let mut random = thread;
                    for _ in 0..3_000 {
                        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        step(map, cells, random >> 8);
                    }
                });
            }
        });
    });
    assert!(report.is_clean());
}
