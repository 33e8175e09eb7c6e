//! Atomic scopes.

use super::kinds;
use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use fidge::{Kind, Report, thread};
use std::sync::Barrier;

type Accounts = DashMap<&'static str, i32>;

fn accounts() -> Accounts {
    DashMap::from_iter([("a", 10), ("b", 0)])
}

/// Runs the two in a scope; between the two, `other` on another strand.
fn scoped<A, B, C>(
    first: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
    second: impl FnOnce() -> C + Send,
) -> Report {
    let meet = Barrier::new(2);
    fidge::check(|| {
        thread::scope(|s| {
            s.spawn(|| {
                fidge::atomic_scope!("both");
                first();
                meet.wait();
                meet.wait();
                second();
            });
            s.spawn(|| {
                meet.wait();
                other();
                meet.wait();
            });
        });
    })
}

#[test]
fn what_comes_between_two_reads_and_changes_both_is_a_violation() {
    let accounts = accounts();
    let report = scoped(
        || *accounts.get("a").unwrap(),
        || {
            *accounts.get_mut("a").unwrap() -= 3;
            *accounts.get_mut("b").unwrap() += 3;
        },
        || *accounts.get("b").unwrap(),
    );
    assert_eq!(kinds(&report), [Kind::Atomicity], "{report}");
    println!("{report}");
}

#[test]
fn what_can_be_put_before_or_after_is_right() {
    let accounts = accounts();
    for report in [
        scoped(
            || *accounts.get("a").unwrap(),
            || *accounts.get_mut("a").unwrap() -= 3,
            || *accounts.get("b").unwrap(),
        ),
        scoped(
            || *accounts.get_mut("a").unwrap() += 1,
            || *accounts.get("b").unwrap(),
            || *accounts.get("b").unwrap(),
        ),
    ] {
        assert!(report.is_clean(), "{report}");
    }
}

#[test]
fn a_cycle_may_go_over_a_map_an_atomic_and_a_third_strand() {
    let accounts = accounts();
    let total = AtomicUsize::new(0);
    let report = scoped(
        || *accounts.get_mut("a").unwrap() += 1,
        || {
            thread::scope(|s| {
                s.spawn(|| {
                    let seen = *accounts.get("a").unwrap();
                    total.store(seen as usize, SeqCst);
                })
                .join()
                .unwrap();
            });
        },
        || total.fetch_add(1, SeqCst),
    );
    assert_eq!(kinds(&report), [Kind::Atomicity], "{report}");
}

#[test]
fn threads_that_a_scope_starts_are_part_of_it() {
    let accounts = accounts();
    let report = fidge::check(|| {
        let _total = fidge::atomic_scope!("fan out", {
            *accounts.get_mut("a").unwrap() += 1;
            thread::scope(|s| {
                s.spawn(|| *accounts.get_mut("a").unwrap() += 1);
            });
            *accounts.get("a").unwrap()
        });
    });
    assert!(report.is_clean(), "{report}");
}

#[fidge::atomic]
fn check_and_set(Shared(cell): &Shared, lock: &fidge::sync::Mutex<()>) {
    let read = || {
        let _guard = lock.lock().unwrap();
        // SAFETY: the lock is held.
        cell.with(|p| unsafe { *p })
    };
    let seen = read();
    thread::yield_now();
    let _guard = lock.lock().unwrap();
    // SAFETY: the lock is held.
    cell.with_mut(|p| unsafe { *p = seen + 1 });
}

struct Shared(fidge::cell::UnsafeCell<u32>);
// SAFETY: every access is made under a lock.
unsafe impl Sync for Shared {}

#[test]
fn cells_count_too_also_when_they_were_touched_in_the_same_epoch() {
    let (shared, lock) = (
        Shared(fidge::cell::UnsafeCell::new(0)),
        fidge::sync::Mutex::new(()),
    );
    let found = (0..200).any(|_| {
        let report = fidge::check(|| {
            thread::scope(|s| {
                for _ in 0..2 {
                    s.spawn(|| check_and_set(&shared, &lock));
                }
            });
        });
        let found = kinds(&report);
        assert!(
            found.iter().all(|kind| *kind == Kind::Atomicity),
            "{report}"
        );
        !found.is_empty()
    });
    assert!(found, "never interleaved");
}

#[test]
fn a_key_that_comes_between_two_walks_is_a_violation() {
    type Names = DashMap<u32, &'static str>;
    let names = Names::from_iter([(1, "ann")]);
    let walks: [fn(&Names) -> usize; 3] = [
        |names| names.iter().count(),
        |names| names.iter_mut().count(),
        |names| {
            let mut count = 0;
            names.retain(|_, _| {
                count += 1;
                true
            });
            count
        },
    ];
    for (key, walk) in (2..).zip(walks) {
        let count = || assert!(walk(&names) > 0);
        let report = scoped(count, || names.insert(key, "bob"), count);
        assert_eq!(kinds(&report), [Kind::Atomicity], "{report}");
        let report = scoped(count, || names.remove(&key), || ());
        assert!(report.is_clean(), "{report}");
        let report = scoped(|| (), || names.insert(key, "bob"), count);
        assert!(report.is_clean(), "{report}");
    }
}

#[test]
fn what_comes_between_two_additions_is_none() {
    let names: DashMap<u32, &str> = DashMap::new();
    let report = scoped(
        || names.insert(1, "ann"),
        || names.insert(2, "bob"),
        || names.insert(3, "cid"),
    );
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_number_behind_a_lock_that_is_given_back_in_between_is_part_of_the_scope() {
    use fidge::sync::{Mutex, RwLock};
    let account = Mutex::new(10);
    let pay = || *account.lock().unwrap() -= 3;
    let balance = || assert!(*account.lock().unwrap() > 0);
    let report = scoped(balance, pay, pay);
    assert_eq!(kinds(&report), [Kind::Atomicity], "{report}");
    let report = scoped(balance, pay, || ());
    assert!(report.is_clean(), "{report}");
    let report = scoped(balance, balance, balance);
    assert!(report.is_clean(), "{report}");

    let price = RwLock::new((1, 2));
    let read = || assert!(price.read().unwrap().0 > 0);
    let report = scoped(read, || *price.write().unwrap() = (3, 4), read);
    assert_eq!(kinds(&report), [Kind::Atomicity], "{report}");
}

#[test]
fn a_lock_around_what_is_seen_by_itself_is_not() {
    use fidge::collections::HashMap;
    use fidge::sync::Mutex;
    let (stock, gate) = (Mutex::new(HashMap::new()), Mutex::new(()));
    let put = |what: &'static str| {
        let _gate = gate.lock().unwrap();
        stock.lock().unwrap().insert(what, 1)
    };
    let report = scoped(|| put("apples"), || put("pears"), || put("plums"));
    assert!(report.is_clean(), "{report}");
}
