//! Iterations that see one of two changes which belong together, and one of two which do not.

use super::kinds;
use super::shards::{ByShard, by_shard};
use fidge::dashmap::{DashMap, DashSet};
use fidge::sync::atomic::{AtomicU64, Ordering};
use fidge::{Kind, Report, thread};
use std::sync::Barrier;

type Map = ByShard<String>;

fn map(texts: &[(u32, &str)]) -> Map {
    by_shard(texts.iter().map(|(key, text)| (*key, String::from(*text))))
}

/// An iterator stands at the key 1 while another strand calls `change`; then it goes on.
fn walk(texts: &[(u32, &str)], change: impl FnOnce(&Map) + Send) -> Report {
    let map = map(texts);
    let meet = Barrier::new(2);
    fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                for entry in &map {
                    if *entry.key() == 1 {
                        meet.wait();
                        meet.wait();
                    }
                }
            });
            s.spawn(|| {
                meet.wait();
                change(&map);
                meet.wait();
            });
        });
    })
}

fn moved(from: u32, to: u32) -> impl FnOnce(&Map) + Send {
    move |map| {
        let (_, text) = map.remove(&from).unwrap();
        map.insert(to, text);
    }
}

#[test]
fn an_entry_that_is_met_twice_or_not_at_all_was_moved() {
    for (from, to) in [(0, 3), (3, 0)] {
        let texts = [(1, "notes"), (from, "thesis"), (2, "letters")];
        let report = walk(&texts, moved(from, to));
        assert_eq!(kinds(&report), [Kind::Iteration], "{report}");
    }
}

/// What is there twice for a while says less: a call that inserts a copy is like one that makes entries.
#[test]
fn an_entry_that_is_copied_and_then_removed_is_not_told() {
    for (from, to) in [(0, 3), (3, 0)] {
        let report = walk(&[(1, "notes"), (from, "thesis")], |map| {
            map.insert(to, String::from("thesis"));
            map.remove(&from);
        });
        assert!(report.is_clean(), "{report}");
    }
}

#[test]
fn an_entry_that_is_taken_out_and_put_back_changed_may_be_missed() {
    let map = map(&[(1, "notes"), (2, "thesis"), (3, "letters")]);
    let meet = Barrier::new(2);
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                for entry in &map {
                    if [1, 3].contains(entry.key()) {
                        meet.wait();
                        meet.wait();
                    }
                }
            });
            s.spawn(|| {
                meet.wait();
                let (_, mut text) = map.remove(&2).unwrap();
                text.push_str(", second edition");
                meet.wait();
                meet.wait();
                map.insert(2, text);
                meet.wait();
            });
        });
    });
    assert_eq!(kinds(&report), [Kind::Iteration], "{report}");
}

#[test]
fn what_is_done_to_another_map_meanwhile_does_not_matter() {
    let index = DashMap::new();
    let report = walk(&[(1, "notes"), (3, "thesis")], |map| {
        let (_, text) = map.remove(&3).unwrap();
        index.insert(text.clone(), 0);
        map.insert(0, text);
    });
    assert_eq!(kinds(&report), [Kind::Iteration], "{report}");
}

/// Connections come and go; that they hold the same text says nothing of any two.
#[test]
fn a_text_that_another_entry_holds_links_no_two_changes() {
    for other in [0, 1, 2, 3] {
        for (from, to) in [(0, 3), (3, 0)] {
            let key = other + 4;
            let report = walk(
                &[(1, "open"), (from, "open"), (key, "open")],
                moved(from, to),
            );
            assert!(report.is_clean(), "{report}");
        }
    }
}

/// A table of what is under way, under numbers, that tells who is at it.
#[fidge::test(runs = 20, schedule = "noise")]
fn the_requests_of_one_worker_are_not_one_entry() {
    let (under_way, numbers) = (DashMap::<u64, String>::new(), AtomicU64::new(0));
    thread::scope(|s| {
        for worker in ["worker 1", "worker 2", "worker 3"] {
            let (under_way, numbers) = (&under_way, &numbers);
            s.spawn(move || {
                for _ in 0..50 {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    under_way.insert(number, String::from(worker));
                    thread::yield_now();
                    under_way.remove(&number);
                }
            });
        }
        s.spawn(|| (0..50).for_each(|_| assert!(under_way.iter().count() <= 6)));
    });
}

/// Who tries again has left in between.
#[fidge::test(runs = 20, schedule = "noise")]
fn a_key_that_is_made_anew_each_time_is_no_entry_that_moves() {
    let (leases, online) = (DashMap::new(), DashSet::new());
    (0..3).for_each(|user| assert!(online.insert(user)));
    thread::scope(|s| {
        for user in 0..3 {
            let (leases, online) = (&leases, &online);
            s.spawn(move || {
                for attempt in 0..50 {
                    leases.insert(user, attempt);
                    thread::yield_now();
                    leases.remove(&user);
                    online.remove(&user);
                    thread::yield_now();
                    online.insert(user);
                }
            });
        }
        s.spawn(|| {
            for _ in 0..50 {
                assert!(leases.iter().count() + online.iter().count() <= 6);
            }
        });
    });
}

/// Of too many changes it is not known what the others were.
#[test]
fn a_value_is_nobodys_own_where_changes_were_forgotten() {
    let mut texts = vec![(1, "notes"), (3, "open")];
    texts.extend((1..10).map(|n| (4 * n + 3, "open")));
    let report = walk(&texts, |map| {
        (1..10).for_each(|n| drop(map.remove(&(4 * n + 3))));
        for n in 100..300 {
            map.insert(4 * n, String::from("letters"));
            map.remove(&(4 * n));
        }
        moved(3, 0)(map);
    });
    assert!(report.is_clean(), "{report}");
}
