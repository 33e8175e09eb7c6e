//! What a strand has read of a key counts until it writes the key, by whatever call.

use super::kinds;
use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use fidge::{Kind, Report, thread};
use std::sync::Barrier;

type Map = DashMap<u32, u32>;

/// `first`, then `between` on another strand, then the first strand sets the key 1, the other does so too,
/// and the first one inserts it once more elsewhere. Before all that the first strand sets other keys by the
/// same call, until it is known how that comes by its values: that it does not act on reads always.
fn set_in_between(map: &Map, first: impl FnOnce() + Send, between: impl FnOnce() + Send) -> Report {
    let meet = Barrier::new(2);
    for key in 100..200 {
        map.insert(key, key);
    }
    fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                let mut first = Some(first);
                for key in (100..300).chain([1]) {
                    let mut value = 0;
                    if key == 1 {
                        first.take().unwrap()();
                        meet.wait();
                        meet.wait();
                    } else if key % 2 == 0 {
                        value = map.get(&key).map_or(0, |value| *value * 3);
                    }
                    map.insert(key, value);
                }
                meet.wait();
                meet.wait();
                map.insert(1, 12);
            });
            s.spawn(|| {
                meet.wait();
                between();
                meet.wait();
                meet.wait();
                map.insert(1, 11);
                meet.wait();
            });
        });
    })
}

#[test]
fn a_key_that_others_passed_by_is_forgotten_all_the_same() {
    let map = Map::from_iter([(1, 1)]);
    let report = set_in_between(
        &map,
        || assert_eq!(*map.get(&1).unwrap(), 1),
        || assert!(map.iter().count() > 0),
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_key_that_others_saw_to_be_there_is_forgotten_all_the_same() {
    let map = Map::from_iter([(1, 1)]);
    let report = set_in_between(
        &map,
        || assert!(map.contains_key(&1)),
        || assert!(map.contains_key(&1)),
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_key_that_was_nowhere_is_forgotten_all_the_same() {
    let map = Map::new();
    let report = set_in_between(&map, || assert!(map.get(&1).is_none()), || {});
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_key_that_was_removed_is_forgotten_all_the_same() {
    let map = Map::from_iter([(1, 1)]);
    map.remove(&1);
    let report = set_in_between(&map, || assert!(map.get(&1).is_none()), || {});
    assert!(report.is_clean(), "{report}");
}

/// Read, and read again after another strand read it: the read is one still.
#[test]
fn what_two_strands_read_in_turns_is_remembered_by_both() {
    let (map, meet) = (Map::from_iter([(1, 1)]), Barrier::new(2));
    let report = fidge::check(|| {
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    for _ in 0..3 {
                        let leads = meet.wait().is_leader();
                        if leads {
                            assert_eq!(*map.get(&1).unwrap(), 1);
                        }
                        meet.wait();
                        if !leads {
                            assert_eq!(*map.get(&1).unwrap(), 1);
                        }
                    }
                    let leads = meet.wait().is_leader();
                    if leads {
                        map.insert(1, 2);
                    }
                    meet.wait();
                    if !leads {
                        map.insert(1, 3);
                    }
                });
            }
        });
    });
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

/// A clone looks at every key, and will not act on one.
#[test]
fn what_was_cloned_since_is_no_read() {
    let (map, meet) = (Map::from_iter([(1, 1)]), Barrier::new(2));
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                assert_eq!(*map.get(&1).unwrap(), 1);
                assert_eq!(map.clone().len(), 1);
                meet.wait();
                meet.wait();
                map.insert(1, 3);
            });
            s.spawn(|| {
                meet.wait();
                map.insert(1, 2);
                meet.wait();
            });
        });
    });
    assert!(report.is_clean(), "{report}");
}

/// The strand was told of the write in between, and then wrote by an operation that reads as well.
#[test]
fn what_was_written_over_what_one_was_told_of_is_forgotten_too() {
    let map = Map::from_iter([(1, 1)]);
    let x = AtomicUsize::new(1);
    let meet = Barrier::new(2);
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                assert_eq!((*map.get(&1).unwrap(), x.load(SeqCst)), (1, 1));
                thread::scope(|s| {
                    s.spawn(|| {
                        map.insert(1, 2);
                        x.fetch_add(1, SeqCst);
                    });
                });
                map.alter(&1, |_, value| value + 1);
                x.fetch_add(1, SeqCst);
                meet.wait();
                meet.wait();
                map.insert(1, 7);
                x.store(0, SeqCst);
            });
            s.spawn(|| {
                meet.wait();
                map.insert(1, 4);
                x.fetch_add(5, SeqCst);
                meet.wait();
            });
        });
    });
    assert!(report.is_clean(), "{report}");
}

/// What is read through a view replaces what was read before.
#[test]
fn what_a_view_showed_is_the_newest() {
    let shared = std::sync::Mutex::new(Some(Map::from_iter([(1, 1)])));
    let meet = Barrier::new(2);
    let with = |f: &dyn Fn(&Map)| f(shared.lock().unwrap().as_ref().unwrap());
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                with(&|map| assert_eq!(*map.get(&1).unwrap(), 1));
                meet.wait();
                meet.wait();
                let view = shared.lock().unwrap().take().unwrap().into_read_only();
                assert_eq!(view.get(&1), Some(&2));
                view.into_inner().insert(1, 3);
            });
            s.spawn(|| {
                meet.wait();
                with(&|map| {
                    map.insert(1, 2);
                });
                meet.wait();
            });
        });
    });
    assert!(report.is_clean(), "{report}");
}

/// What it makes of the keys that are not there yet says nothing; what it makes of the others does.
#[test]
fn a_place_that_filled_many_keys_may_compute_all_the_same() {
    let (map, meet) = (DashMap::<u32, String>::new(), Barrier::new(2));
    let report = fidge::check(|| {
        thread::scope(|s| {
            for strand in [0, 1] {
                let (map, meet) = (&map, &meet);
                s.spawn(move || {
                    let own = 1000 * strand..1000 * strand + 100;
                    let rounds = own.clone().chain(own.clone()).chain(own);
                    for key in rounds.chain([5000]) {
                        let last = key == 5000;
                        let old = map.get(&key).map_or(String::new(), |old| old.clone());
                        if last {
                            // Both have looked; the second one writes when the first one has.
                            meet.wait();
                            if strand == 1 {
                                meet.wait();
                            }
                        }
                        map.insert(key, old + "x");
                        if last && strand == 0 {
                            meet.wait();
                        }
                    }
                });
            }
        });
    });
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}
