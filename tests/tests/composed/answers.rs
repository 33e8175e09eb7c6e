//! Strands that ask again and again until the answer is another: they are told by it.

use super::{interleave, kinds};
use fidge::collections::HashMap;
use fidge::dashmap::DashMap;
use fidge::sync::atomic::{
    AtomicBool, AtomicUsize,
    Ordering::{Relaxed, SeqCst},
};
use fidge::sync::{Mutex, RwLock};
use fidge::{Kind, Report, thread};

/// A strand reads a key, waits by `waits`, and writes it; another writes it and says so by `says`.
fn wait_between(waits: impl FnOnce(), says: impl FnOnce() + Send) -> Report {
    let prices: DashMap<_, _> = DashMap::from_iter([("k", 1)]);
    fidge::check(|| {
        thread::scope(|s| {
            let old = *prices.get("k").unwrap();
            s.spawn(|| {
                // The other one has asked in vain by then.
                std::thread::sleep(std::time::Duration::from_millis(20));
                prices.insert("k", 9);
                says();
            });
            waits();
            prices.insert("k", old + 1);
        });
    })
}

#[test]
fn whatever_they_ask_with() {
    let ready = AtomicBool::new(false);
    let report = wait_between(
        || while !ready.swap(false, SeqCst) {},
        || ready.store(true, SeqCst),
    );
    assert!(report.is_clean(), "{report}");

    let state = AtomicUsize::new(0);
    let report = wait_between(
        || while state.compare_exchange(1, 2, SeqCst, SeqCst).is_err() {},
        || state.store(1, SeqCst),
    );
    assert!(report.is_clean(), "{report}");

    let report = wait_between(
        || while state.fetch_or(0, SeqCst) != 3 {},
        || state.store(3, SeqCst),
    );
    assert!(report.is_clean(), "{report}");

    let done = Mutex::new(false);
    let report = wait_between(
        || while !*done.lock().unwrap() {},
        || *done.lock().unwrap() = true,
    );
    assert!(report.is_clean(), "{report}");

    let done = RwLock::new(None);
    let report = wait_between(
        || while done.read().unwrap().is_none() {},
        || *done.write().unwrap() = Some(()),
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn who_retries_for_contention_does_not_ask() {
    let map: DashMap<_, _> = DashMap::from_iter([("k", 1)]);
    let tickets = AtomicUsize::new(0);
    let report = interleave(
        || {
            tickets.fetch_add(1, SeqCst);
            map.get("k").map(|n| *n)
        },
        || {
            map.insert("k", 5);
            tickets.fetch_add(1, SeqCst);
        },
        || {
            // Nobody is waited for: whoever is first is, whatever was there.
            let mut seen = 0;
            while let Err(now) = tickets.compare_exchange(seen, seen + 1, SeqCst, Relaxed) {
                seen = now;
            }
            map.insert("k", 2)
        },
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn who_takes_a_lock_in_a_loop_and_writes_does_not_ask() {
    let map: DashMap<_, _> = DashMap::from_iter([("k", 1)]);
    let statistics = Mutex::new(0);
    let report = interleave(
        || map.get("k").map(|n| *n),
        || {
            map.insert("k", 5);
            *statistics.lock().unwrap() += 1;
        },
        || {
            for _ in 0..3 {
                *statistics.lock().unwrap() += 1;
            }
            map.insert("k", 2)
        },
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

#[test]
fn who_reads_two_keys_by_one_getter_does_not_ask() {
    let accounts = Mutex::new(HashMap::from([("ann", 10), ("bob", 0)]));
    let balance = |name| accounts.lock().unwrap().get(name).copied().unwrap();
    let put = |name, sum| accounts.lock().unwrap().insert(name, sum);
    let mut ann = 0;
    let report = interleave(
        || ann = balance("ann"),
        || put("ann", 7),
        || {
            let bob = balance("bob");
            put("bob", bob + 3);
            put("ann", 6)
        },
    );
    assert_eq!(kinds(&report), [Kind::StaleWrite], "{report}");
}

/// Who removes a key, if it is there, and it was not, looks for it again.
#[test]
fn by_removing() {
    let jobs = DashMap::new();
    let report = interleave(
        || assert!(jobs.remove(&1).is_none()),
        || jobs.insert(1, "a job"),
        || assert!(jobs.remove(&1).is_some()),
    );
    assert!(report.is_clean(), "{report}");
}
