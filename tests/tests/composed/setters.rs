//! Places that write without having read what they replace, and setters that everybody shares.

use super::{interleave, kinds};
use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use fidge::{Kind, thread};
use std::sync::Barrier;

/// What a program wraps a map in.
struct Store(DashMap<&'static str, u32>);

impl Store {
    fn get(&self, key: &str) -> u32 {
        self.0.get(key).map_or(0, |n| *n)
    }

    fn put(&self, key: &'static str, value: u32) {
        self.0.insert(key, value);
    }
}

#[test]
fn a_setter_that_also_fills_the_store_loses_updates_all_the_same() {
    let store = Store(DashMap::new());
    let report = fidge::check(|| {
        store.put("k", 1);
        store.put("k", 5);
        let meet = Barrier::new(2);
        thread::scope(|s| {
            s.spawn(|| {
                let seen = store.get("k");
                meet.wait();
                meet.wait();
                store.put("k", seen + 1);
            });
            s.spawn(|| {
                meet.wait();
                store.put("k", 9);
                meet.wait();
            });
        });
    });
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn a_call_that_also_writes_without_having_read_acts_on_nothing() {
    let progress = AtomicUsize::new(0);
    let meet = Barrier::new(2);
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                for step in 0..3 {
                    if step > 0 {
                        assert!(progress.load(SeqCst) > 0);
                    }
                    meet.wait();
                    meet.wait();
                    progress.store(step + 1, SeqCst);
                }
            });
            s.spawn(|| {
                for _ in 0..3 {
                    meet.wait();
                    progress.store(9, SeqCst);
                    meet.wait();
                }
            });
        });
    });
    assert!(report.is_clean(), "{report}");
    let beat = |beats: usize| {
        for beat in 0..beats {
            progress.store(beat, SeqCst);
            if beat > 0 {
                assert!(progress.load(SeqCst) < 100);
            }
        }
    };
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| beat(50));
            s.spawn(|| beat(50));
        });
    });
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_place_that_overwrites_what_others_wrote_without_a_look_acts_on_nothing() {
    let turn = AtomicUsize::new(0);
    let give = |to: usize| {
        turn.store(to, SeqCst);
        turn.load(SeqCst)
    };
    let report = interleave(|| give(1), || give(2), || give(1));
    assert!(report.is_clean(), "{report}");
}
