//! An update lost to one of the same value, and overwriting by an equal value that loses nothing.

use super::{interleave, kinds};
use fidge::collections::HashMap;
use fidge::dashmap::DashMap;
use fidge::sync::Mutex;
use fidge::sync::atomic::{
    AtomicBool, AtomicU8, AtomicUsize,
    Ordering::{Relaxed, SeqCst},
};
use fidge::{Kind, thread};
use std::sync::Barrier;

/// Two strands each read, and each write one more than they read.
#[test]
fn two_that_make_four_of_three_lose_an_update() {
    let stock = DashMap::<_, _>::from_iter([("k", 3)]);
    let read = || assert_eq!(*stock.get("k").unwrap(), 3);
    let report = interleave(read, || stock.insert("k", 4), || stock.insert("k", 4));
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");

    let stock = Mutex::new(HashMap::from([("k", 3)]));
    let put = || stock.lock().unwrap().insert("k", 4);
    let report = interleave(|| stock.lock().unwrap().get("k").copied(), put, put);
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn a_place_that_counts_loses_updates_also_when_the_values_agree() {
    let counter = AtomicUsize::new(3);
    let meet = Barrier::new(2);
    // The two go in step, so that each overwrites the other's count by the same one.
    let bump = || {
        for _ in 0..3 {
            let seen = counter.load(Relaxed);
            meet.wait();
            counter.store(seen + 1, Relaxed);
            meet.wait();
        }
    };
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(bump);
            s.spawn(bump);
        });
    });
    assert_eq!(counter.load(Relaxed), 6);
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn what_was_ever_counted_down_is_a_number_also_where_it_was_raised_from_none() {
    let gauge = AtomicUsize::new(1);
    gauge.fetch_sub(1, Relaxed);
    let report = interleave(
        || gauge.load(Relaxed),
        || gauge.fetch_add(1, Relaxed),
        || gauge.store(1, Relaxed),
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn that_a_place_counts_may_show_only_after_the_update_was_lost() {
    let counter = AtomicUsize::new(3);
    let bump = |seen: usize| counter.store(seen + 1, SeqCst);
    let report = interleave(
        || counter.load(SeqCst),
        || counter.store(4, SeqCst),
        || {
            let mut seen = 3;
            for _ in 0..2 {
                bump(seen);
                seen = counter.load(SeqCst);
            }
        },
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn a_counter_that_both_start_loses_an_update() {
    let visits = DashMap::new();
    let meet = Barrier::new(2);
    let visit = || {
        for page in ["home", "home", "news"] {
            let seen = visits.get(page).map_or(0, |n| *n);
            meet.wait();
            visits.insert(page, seen + 1);
            meet.wait();
        }
    };
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(visit);
            s.spawn(visit);
        });
    });
    assert_eq!(*visits.get("news").unwrap(), 1);
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn a_toggle_that_two_turn_loses_one() {
    let light = AtomicBool::new(false);
    let meet = Barrier::new(2);
    let toggle = || {
        for _ in 0..2 {
            let on = light.load(Relaxed);
            meet.wait();
            light.store(!on, Relaxed);
            meet.wait();
        }
    };
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(toggle);
            s.spawn(toggle);
        });
    });
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn flags_that_several_set_are_right_also_where_somebody_clears_them() {
    let (dirty, meet) = (AtomicBool::new(false), Barrier::new(2));
    let dirty_pages = DashMap::<_, _>::from_iter([(7, false)]);
    let mark = |clears: bool| {
        for _ in 0..3 {
            let (was, page_was) = (dirty.load(SeqCst), *dirty_pages.get(&7).unwrap());
            meet.wait();
            if !was {
                dirty.store(true, SeqCst);
            }
            if !page_was {
                dirty_pages.insert(7, true);
            }
            meet.wait();
            if clears {
                dirty.swap(false, SeqCst);
                *dirty_pages.get_mut(&7).unwrap() = false;
            }
            meet.wait();
        }
    };
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| mark(true));
            s.spawn(|| mark(false));
        });
    });
    assert!(report.is_clean(), "{report}");
}

#[test]
fn states_that_two_set_alike_are_right() {
    #[derive(Clone, Copy, PartialEq)]
    #[repr(u8)]
    enum State {
        Idle,
        Running,
        Done,
    }
    let job = AtomicU8::new(State::Idle as u8);
    let jobs = DashMap::<_, _>::from_iter([(1, State::Idle)]);
    let meet = Barrier::new(2);
    // The setter is one place for all states; who calls it writes always the same one.
    let set = |state: State| {
        job.store(state as u8, SeqCst);
        jobs.insert(1, state);
    };
    let work = || {
        let idle = job.load(SeqCst) == State::Idle as u8 && *jobs.get(&1).unwrap() == State::Idle;
        meet.wait();
        if idle {
            set(State::Running);
        }
        meet.wait();
        let running =
            job.load(SeqCst) == State::Running as u8 && *jobs.get(&1).unwrap() == State::Running;
        meet.wait();
        if running {
            set(State::Done);
        }
    };
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(work);
            s.spawn(work);
        });
    });
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_value_that_is_copied_from_elsewhere_is_not_made_of_the_old_one() {
    let (newest, mine) = (AtomicUsize::new(1), AtomicUsize::new(1));
    let meet = Barrier::new(2);
    let reload = |publishes: bool| {
        for _ in 0..3 {
            if publishes {
                newest.fetch_add(1, SeqCst);
            }
            meet.wait();
            let (have, version) = (mine.load(SeqCst), newest.load(SeqCst));
            meet.wait();
            if have != version {
                mine.store(version, SeqCst);
            }
            meet.wait();
        }
    };
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| reload(true));
            s.spawn(|| reload(false));
        });
    });
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_cache_that_is_invalidated_may_be_filled_twice_with_the_same() {
    let cache = DashMap::new();
    let meet = Barrier::new(2);
    let look_up = |invalidates: bool| {
        for round in 0..3 {
            let found = cache.get("k").map(|n| *n);
            meet.wait();
            if found.is_none() {
                cache.insert("k", round / 2);
            }
            meet.wait();
            if invalidates {
                cache.retain(|_, _| false);
            }
            meet.wait();
        }
    };
    let report = fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| look_up(true));
            s.spawn(|| look_up(false));
        });
    });
    assert!(report.is_clean(), "{report}");
}
