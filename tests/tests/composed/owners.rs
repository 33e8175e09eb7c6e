//! Whose read it was that a location's mark keeps makes no difference, nor does what becomes of the mark.

use super::interleave;
use fidge::collections::HashMap;
use fidge::dashmap::DashMap;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use fidge::{Kind, Report, thread};
use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::Barrier;

fn is_stale_write(report: &Report) -> bool {
    let kinds: Vec<_> = report.races().iter().map(|race| race.kind()).collect();
    kinds == [Kind::StaleWrite]
}

type Table = HashMap<u32, u32>;

/// A lost update over what `gone` leaves of the key, by a strand that read it first, or second.
fn overwritten(is_first: bool, gone: fn(&mut Table)) -> Report {
    let (map, meet) = (Mutex::new(Table::new()), Barrier::new(2));
    for value in 1..4 {
        map.lock().unwrap().insert(1, value);
    }
    let mut read = 0;
    let seen = || *map.lock().unwrap().get(&1).unwrap();
    fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                let mut look = || read = seen();
                if is_first {
                    look();
                    meet.wait();
                    meet.wait();
                } else {
                    meet.wait();
                    meet.wait();
                    look();
                }
                meet.wait();
                meet.wait();
                map.lock().unwrap().insert(1, read + 1);
            });
            s.spawn(|| {
                meet.wait();
                seen();
                meet.wait();
                meet.wait();
                let mut map = map.lock().unwrap();
                gone(&mut map);
                map.insert(1, 50);
                drop(map);
                meet.wait();
            });
        });
    })
}

#[test]
fn a_key_of_a_map_behind_a_lock_may_have_been_forgotten_by_the_map_in_between() {
    let ways: [fn(&mut Table); 5] = [
        |_| {},
        |map| {
            map.remove(&1);
        },
        |map| map.clear(),
        |map| map.retain(|_, _| false),
        |map| {
            map.remove(&1);
            for key in 100..400 {
                map.insert(key, 0);
                map.remove(&key);
            }
        },
    ];
    for (way, gone) in ways.into_iter().enumerate() {
        for is_first in [true, false] {
            let report = overwritten(is_first, gone);
            assert!(is_stale_write(&report), "{way}, {is_first}: {report}");
        }
    }
}

thread_local! {
    /// What happens when a key is hashed for the second time from now.
    static SECOND_HASH: Cell<Option<&'static Barrier>> = const { Cell::new(None) };
    static HASHES: Cell<u32> = const { Cell::new(0) };
}

#[derive(Clone, PartialEq, Eq)]
struct Key;

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        HASHES.set(HASHES.get() + 1);
        if HASHES.get() == 2
            && let Some(meet) = SECOND_HASH.take()
        {
            meet.wait();
            meet.wait();
        }
        1.hash(state);
    }
}

/// The lookup hashes the key, and then who notes that there was none: in between another strand inserts it.
#[test]
fn a_key_may_come_back_before_it_is_noted_that_it_was_absent() {
    for was_there in [false, true] {
        let (map, meet) = (DashMap::new(), &*Box::leak(Box::new(Barrier::new(2))));
        if was_there {
            map.insert(Key, 1);
            map.remove(&Key);
        }
        let report = fidge::check(|| {
            thread::scope(|s| {
                s.spawn(|| {
                    HASHES.set(0);
                    SECOND_HASH.set(Some(meet));
                    assert!(map.get(&Key).is_none());
                    map.insert(Key, 7);
                });
                s.spawn(|| {
                    meet.wait();
                    map.insert(Key, 9);
                    meet.wait();
                });
            });
        });
        assert!(is_stale_write(&report), "{was_there}: {report}");
    }
}

#[test]
fn the_next_strand_remembers_as_well_as_one_that_is_gone() {
    let map: DashMap<u32, u32> = DashMap::from_iter([(1, 1), (2, 2)]);
    fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| assert_eq!(*map.get(&1).unwrap(), 1));
        });
    });
    for _ in 0..2 {
        let report = interleave(
            || assert!(map.get(&1).is_some()),
            || map.insert(1, 10),
            || map.insert(1, 11),
        );
        assert!(is_stale_write(&report), "{report}");
    }
}

/// Both strands copy the newest number, 4, from where it is gone now: nothing is lost.
#[test]
fn a_number_that_was_copied_from_what_is_gone_by_now_is_a_copy() {
    let map: DashMap<u32, u64> = DashMap::from_iter([(1, 3)]);
    let newest = || {
        let number = AtomicU64::new(4).load(SeqCst);
        assert_eq!(*map.get(&1).unwrap(), 3);
        number
    };
    let first = std::sync::OnceLock::new();
    let report = interleave(
        || first.set(newest()).unwrap(),
        || map.insert(1, newest()),
        || map.insert(1, *first.get().unwrap()),
    );
    assert!(report.is_clean(), "{report}");
}
