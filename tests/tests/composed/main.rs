//! What strands compose of several atomic operations: stale writes and ABA.
#![cfg(feature = "detect")]

mod answers;
mod equal_values;
mod forgotten;
mod owners;
mod scopes;
mod setters;
#[path = "../kinds/shards.rs"]
mod shards;
mod walks;

use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use fidge::{Kind, Report, thread};
use std::sync::Barrier;

/// Runs `first`, then `between` on another strand, then `second` on the strand of `first`; Fidge does
/// not see what orders them.
fn interleave<A, B, C>(
    first: impl FnOnce() -> A + Send,
    between: impl FnOnce() -> B + Send,
    second: impl FnOnce() -> C + Send,
) -> Report {
    let meet = Barrier::new(2);
    fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                first();
                meet.wait();
                meet.wait();
                second();
            });
            s.spawn(|| {
                meet.wait();
                between();
                meet.wait();
            });
        });
    })
}

fn kinds(report: &Report) -> Vec<Kind> {
    report.races().iter().map(|race| race.kind()).collect()
}

#[test]
fn a_lost_update_of_a_concurrent_map_is_a_stale_write() {
    let map: DashMap<_, _> = DashMap::from_iter([("k", 5)]);
    let report = interleave(
        || assert_eq!(*map.get("k").unwrap(), 5),
        || {
            let _ = map.insert("k", 7);
        },
        || {
            let _ = map.insert("k", 6);
        },
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
    let race = &report.races()[0];
    let values = |access: &fidge::Access| access.value().map(str::to_owned);
    let sides = race.accesses().each_ref().map(values);
    assert_eq!(sides, [Some("5".to_owned()), Some("6".to_owned())]);
    assert_eq!(race.accesses()[0].op(), "DashMap::get");
    assert_eq!(race.witnesses()[0].value(), Some("7"));
    println!("{report}");
}

#[test]
fn one_operation_or_a_second_look_is_right() {
    let map: DashMap<_, _> = DashMap::from_iter([("k", 5)]);
    let look = || assert!(map.get("k").is_some());
    let change = || *map.get_mut("k").unwrap() += 1;
    let rights: [&(dyn Fn() + Sync); 5] = [
        &|| *map.get_mut("k").unwrap() += 1,
        &|| *map.entry("k").or_insert(0) += 1,
        &|| map.alter("k", |_, n| n + 1),
        &|| {
            let n = *map.get("k").unwrap();
            map.insert("k", n + 1);
        },
        &|| {
            let _ = map.remove_if("k", |_, n| *n > 1_000);
        },
    ];
    for right in rights {
        let report = interleave(look, change, right);
        assert!(report.is_clean(), "{report}");
    }
}

#[test]
fn a_fill_with_equal_values_and_a_value_changed_back_are_right() {
    let map = DashMap::new();
    let fill = || map.insert("k", 1);
    let report = interleave(|| assert!(!map.contains_key("k")), fill, fill);
    assert!(report.is_clean(), "{report}");
    let report = interleave(
        || assert!(map.contains_key("k")),
        || {
            map.insert("k", 2);
            map.insert("k", 1);
        },
        || {
            let _ = map.insert("k", 3);
        },
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_check_for_absence_is_overtaken_by_a_fill_with_another_value() {
    let map = DashMap::new();
    let report = interleave(
        || assert!(!map.contains_key("k")),
        || {
            let _ = map.insert("k", 1);
        },
        || {
            let _ = map.insert("k", 2);
        },
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn what_the_program_orders_on_every_schedule_is_right() {
    let map: DashMap<_, _> = DashMap::from_iter([("k", 1)]);
    let report = fidge::check(|| {
        assert!(map.get("k").is_some());
        thread::scope(|s| {
            s.spawn(|| map.insert("k", 2));
        });
        map.insert("k", 3);
    });
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_lock_orders_nothing_that_matters_here() {
    let map: DashMap<_, _> = DashMap::from_iter([("k", 1)]);
    let statistics = fidge::sync::Mutex::new(0);
    let report = interleave(
        || assert!(map.get("k").is_some()),
        || {
            map.insert("k", 2);
            *statistics.lock().unwrap() += 1;
        },
        || {
            *statistics.lock().unwrap() += 1;
            map.insert("k", 3);
        },
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn load_then_store_loses_an_update() {
    let counter = AtomicUsize::new(0);
    let report = interleave(
        || assert_eq!(counter.load(SeqCst), 0),
        || counter.fetch_add(5, SeqCst),
        || counter.store(1, SeqCst),
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

/// A free list of two slots by index; slot `n` links to `next[n]`.
#[test]
fn a_pop_that_installs_a_stale_link_is_aba() {
    let head = AtomicUsize::new(1);
    let next = [const { AtomicUsize::new(0) }; 4];
    next[1].store(2, SeqCst);
    next[2].store(3, SeqCst);
    let report = interleave(
        || {
            assert_eq!(head.load(SeqCst), 1);
            assert_eq!(next[1].load(SeqCst), 2);
        },
        || {
            // Pops 1 and 2, pushes 1.
            assert!(head.compare_exchange(1, 2, SeqCst, SeqCst).is_ok());
            assert!(head.compare_exchange(2, 3, SeqCst, SeqCst).is_ok());
            next[1].store(3, SeqCst);
            assert!(head.compare_exchange(3, 1, SeqCst, SeqCst).is_ok());
        },
        || assert!(head.compare_exchange(1, 2, SeqCst, SeqCst).is_ok()),
    );
    assert_eq!(kinds(&report), [Kind::Aba], "{report}");
    assert_eq!(report.races()[0].witnesses().len(), 3);
}

#[test]
fn a_gauge_that_came_back_is_no_aba() {
    let gauge = AtomicUsize::new(3);
    let report = interleave(
        || assert_eq!(gauge.load(SeqCst), 3),
        || {
            gauge.fetch_add(1, SeqCst);
            gauge.fetch_sub(1, SeqCst);
        },
        || assert!(gauge.compare_exchange(3, 4, SeqCst, SeqCst).is_ok()),
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_gauge_that_came_back_vouches_for_nothing_beside_it() {
    let (used, limit) = (AtomicUsize::new(1), AtomicUsize::new(4));
    let report = interleave(
        || (used.load(SeqCst), limit.load(SeqCst)),
        || {
            used.fetch_add(1, SeqCst);
            used.fetch_sub(1, SeqCst);
            limit.store(6, SeqCst);
        },
        || assert!(used.compare_exchange(1, 2, SeqCst, SeqCst).is_ok()),
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_write_that_looks_at_nothing_cannot_succeed_by_mistake() {
    use fidge::collections::HashMap;
    let map = fidge::sync::Mutex::new(HashMap::new());
    let report = interleave(
        || {
            let mut map = map.lock().unwrap();
            map.extend([("k", 1), ("other", 1)]);
            assert!(map.contains_key("k") && map.get("other").is_some());
        },
        || {
            let mut map = map.lock().unwrap();
            map.remove("k");
            map.insert("k", 1);
            map.insert("other", 2);
        },
        || map.lock().unwrap().remove("k"),
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_conditional_removal_looks_at_its_own_key_only() {
    let seen: DashMap<_, _> = DashMap::from_iter([("k", 5)]);
    let clock = AtomicUsize::new(5);
    let report = interleave(
        || (*seen.get("k").unwrap(), clock.load(SeqCst)),
        || {
            seen.insert("k", 6);
            seen.insert("k", 5);
            clock.store(9, SeqCst);
        },
        || seen.remove_if("k", |_, seen| *seen < 9),
    );
    assert!(report.is_clean(), "{report}");
    let report = interleave(
        || seen.insert("k", 5).is_none() && seen.get("k").is_some(),
        || {
            seen.remove("k");
            seen.insert("k", 5);
        },
        || seen.remove_if("k", |_, seen| *seen == 5),
    );
    assert_eq!(kinds(&report), [Kind::Aba], "{report}");
    assert_eq!(report.races()[0].severity(), fidge::Severity::Warning);
}

#[test]
fn a_lock_given_back_between_look_and_write_does_not_help() {
    use fidge::collections::HashMap;
    let map = fidge::sync::Mutex::new(HashMap::from([("k", 1)]));
    let report = interleave(
        || assert!(map.lock().unwrap().get("k").is_some()),
        || map.lock().unwrap().insert("k", 5),
        || map.lock().unwrap().insert("k", 2),
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
    let report = interleave(
        || assert!(!map.lock().unwrap().contains_key("new")),
        || map.lock().unwrap().insert("new", 1),
        || map.lock().unwrap().insert("new", 2),
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
    let report = interleave(
        || assert!(map.lock().unwrap().contains_key("k")),
        || map.lock().unwrap().remove("k"),
        || map.lock().unwrap().insert("k", 2),
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
    let bump = || {
        let mut map = map.lock().unwrap();
        let n = map.get("k").copied().unwrap_or(0);
        map.insert("k", n + 1);
    };
    let entry = || *map.lock().unwrap().entry("k").or_insert(0) += 1;
    let report = interleave(
        || assert!(map.lock().unwrap().contains_key("k")),
        bump,
        entry,
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn an_empty_map_that_is_filled_meanwhile_is_no_longer_empty() {
    let map: DashMap<u32, u32> = DashMap::new();
    let report = interleave(
        || assert!(map.is_empty()),
        || map.insert(1, 1),
        || map.insert(2, 2),
    );
    assert_eq!(kinds(&report), [Kind::StaleSize], "{report}");
    assert_eq!(report.races()[0].accesses()[0].value(), Some("0"));
    // Of another size one does not know what it is to the program: a note, off by default.
    let report = interleave(|| map.len(), || map.insert(3, 3), || map.insert(4, 4));
    assert!(report.is_clean(), "{report}");
    // The size came back.
    let report = interleave(
        || map.clear(),
        || {
            map.insert(3, 3);
            map.remove(&3);
        },
        || {
            assert!(map.is_empty());
            map.insert(4, 4)
        },
    );
    assert!(report.is_clean(), "{report}");
}

/// Permits are taken by an exchange, after a look at a flag beside them, and given back by counting.
#[test]
fn a_semaphore_that_is_counted_back_is_a_gauge() {
    use fidge::sync::atomic::AtomicBool;

    let (free, closed) = (AtomicUsize::new(2), AtomicBool::new(false));
    let report = interleave(
        || assert!(free.load(SeqCst) == 2 && !closed.load(SeqCst)),
        || {
            free.compare_exchange(2, 1, SeqCst, SeqCst).unwrap();
            closed.store(true, SeqCst);
            free.fetch_add(1, SeqCst);
        },
        || free.compare_exchange(2, 1, SeqCst, SeqCst),
    );
    assert_eq!(kinds(&report), [], "{report}");
}

/// Connections come and go while a monitor counts them: all hold the same text.
#[fidge::test(runs = 20, schedule = "noise")]
fn a_text_that_many_entries_hold_links_no_two_changes() {
    let open = || String::from("open");
    let map: DashMap<u32, String> = (0..50).map(|key| (key, open())).collect();
    thread::scope(|s| {
        for first in [0, 25] {
            let map = &map;
            s.spawn(move || {
                for key in first..first + 25 {
                    map.remove(&key);
                    map.insert(1000 + key, open());
                }
            });
        }
        s.spawn(|| {
            for _ in 0..5 {
                let count = map.iter().filter(|entry| entry.value() == "open").count();
                std::hint::black_box(count);
            }
        });
    });
}

mod annotations {
    use super::*;

    fn lost_update(map: &DashMap<&str, u32>, annotate: bool) -> Report {
        interleave(
            || map.get("k").map(|n| *n),
            || map.insert("k", 7),
            || {
                if annotate {
                    fidge::allow_race!(StaleWrite, "the last one wins", {
                        map.insert("k", 6);
                    });
                } else {
                    map.insert("k", 6);
                }
            },
        )
    }

    #[test]
    fn what_the_program_allows_is_counted_and_not_reported() {
        let map = DashMap::from_iter([("k", 1)]);
        let report = lost_update(&map, true);
        assert!(report.is_clean(), "{report}");
        assert_eq!(report.allowed(), 1);
        map.insert("k", 1);
        let report = lost_update(&map, false);
        assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
    }

    #[test]
    fn an_allowance_of_another_kind_allows_nothing() {
        let map: DashMap<_, _> = DashMap::from_iter([("k", 1)]);
        let report = interleave(
            || map.get("k").map(|n| *n),
            || map.insert("k", 7),
            || {
                fidge::allow_race!(Aba, "not this");
                map.insert("k", 6)
            },
        );
        assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
    }

    struct Cell(fidge::cell::UnsafeCell<u32>);
    // SAFETY: raced on purpose, one strand at a time.
    unsafe impl Sync for Cell {}

    #[test]
    fn an_expected_race_is_expected_on_either_side() {
        let cell = Cell(fidge::cell::UnsafeCell::new(0));
        let cell = &cell;
        // SAFETY: one strand at a time, by a barrier that Fidge does not see.
        let write = || cell.0.with_mut(|p| unsafe { *p += 1 });
        let report = interleave(
            || fidge::expect_race!(DataRace, "a rough count", { write() }),
            write,
            || (),
        );
        assert!(report.is_clean(), "{report}");
        assert_eq!((report.allowed(), report.unmet()), (1, &[][..]));
        let report = fidge::check(|| fidge::expect_race!(DataRace, "a rough count", { write() }));
        assert!(report.is_clean(), "{report}");
        assert_eq!(report.unmet().len(), 1);
        let line = "main.rs:";
        assert!(report.unmet()[0].contains(line) && report.unmet()[0].ends_with("a rough count"));
        assert!(report.to_string().contains("did not show"), "{report}");
    }
}

mod notes {
    use super::*;

    fn pedantic<A, B>(one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B + Send) -> Report {
        let meet = Barrier::new(2);
        fidge::check_pedantic(|| {
            thread::scope(|s| {
                s.spawn(|| {
                    one();
                    meet.wait();
                });
                s.spawn(|| {
                    meet.wait();
                    other();
                });
            });
        })
    }

    #[test]
    fn operations_whose_order_matters_and_that_only_the_map_orders_are_a_note() {
        let map = DashMap::new();
        let report = pedantic(|| map.insert("k", 1), || map.insert("k", 2));
        assert_eq!(kinds(&report), [Kind::Unordered], "{report}");
        let report = pedantic(|| map.insert("k", 3), || map.get("k").map(|n| *n));
        assert_eq!(kinds(&report), [Kind::Unordered], "{report}");
        let report = pedantic(|| map.get("k").map(|n| *n), || map.remove("k"));
        assert_eq!(kinds(&report), [Kind::Unordered], "{report}");
    }

    #[test]
    fn operations_that_commute_or_are_ordered_or_locked_are_none() {
        let map = DashMap::new();
        let lock = fidge::sync::Mutex::new(());
        let locked = |value| {
            let _guard = lock.lock().unwrap();
            map.insert("k", value)
        };
        for report in [
            pedantic(|| map.insert("same", 1), || map.insert("same", 1)),
            pedantic(|| map.insert("a", 1), || map.insert("b", 2)),
            pedantic(|| map.get("a").map(|n| *n), || map.get("a").map(|n| *n)),
            pedantic(|| locked(1), || locked(2)),
            fidge::check_pedantic(|| {
                map.insert("k", 1);
                thread::scope(|s| {
                    s.spawn(|| map.insert("k", 2));
                });
                map.insert("k", 3);
            }),
        ] {
            assert!(report.is_clean(), "{report}");
        }
    }
}

#[test]
fn what_was_waited_for_under_a_lock_is_a_message() {
    use fidge::sync::{Condvar, Mutex};
    let map: DashMap<_, _> = DashMap::from_iter([("k", 1)]);
    let (done, changed) = (Mutex::new(false), Condvar::new());
    let report = fidge::check(|| {
        thread::scope(|s| {
            let n = *map.get("k").unwrap();
            s.spawn(|| {
                map.insert("k", 9);
                *done.lock().unwrap() = true;
                changed.notify_one();
            });
            drop(changed.wait_while(done.lock().unwrap(), |done| !*done));
            map.insert("k", n + 1);
        });
    });
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_walk_over_the_map_is_a_second_look() {
    let map: DashMap<_, _> = DashMap::from_iter([("k", 1)]);
    let report = interleave(
        || map.get("k").map(|n| *n),
        || map.insert("k", 5),
        || {
            let most = map.iter().map(|n| *n).max().unwrap();
            map.insert("k", most + 6)
        },
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn so_is_a_walk_over_a_map_behind_a_lock() {
    use fidge::collections::HashMap;
    type Prices = HashMap<&'static str, u32>;
    let walks: [fn(&mut Prices) -> Option<u32>; 5] = [
        |map| map.values().max().copied(),
        |map| map.iter().map(|(_, n)| *n).max(),
        |map| map.values_mut().map(|n| *n).max(),
        |map| map.clone().into_values().max(),
        |map| {
            map.retain(|_, n| *n < 100);
            Some(0)
        },
    ];
    for walk in walks {
        let map = fidge::sync::Mutex::new(HashMap::from([("k", 1)]));
        let report = interleave(
            || map.lock().unwrap().get("k").copied(),
            || map.lock().unwrap().insert("k", 5),
            || {
                let mut map = map.lock().unwrap();
                let most = walk(&mut map).unwrap();
                map.insert("k", most + 6)
            },
        );
        assert!(report.is_clean(), "{report}");
    }
}

#[test]
fn a_flag_that_came_back_is_no_aba() {
    use fidge::sync::atomic::AtomicBool;
    let (lock, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    let report = interleave(
        || (lock.load(SeqCst), stop.load(SeqCst)),
        || {
            let taken = lock.compare_exchange(false, true, SeqCst, SeqCst);
            assert!(taken.is_ok());
            stop.store(true, SeqCst);
            lock.store(false, SeqCst);
        },
        || assert!(lock.compare_exchange(false, true, SeqCst, SeqCst).is_ok()),
    );
    assert!(report.is_clean(), "{report}");
}
