//! Atomics and fences: C++20's release sequences, as Rust has them.

use crate::pair::{Plain, assert_race, edge, in_turn, no_edge};
use fidge::Kind;
use fidge::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use fidge::sync::atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicUsize, Ordering, fence};

type Number = AtomicUsize;

/// A strand of its own that is ordered after nothing of `first`'s, nor before anything but by
/// `number`: it is made by one that has not looked at it.
fn by_another(number: &Number, step: fn(&Number)) {
    fidge::thread::scope(|scope| _ = scope.spawn(|| step(number)));
}

#[test]
fn a_release_is_before_an_acquire_that_sees_it() {
    type Step = (&'static str, fn(&Number));
    let releases: [Step; 7] = [
        ("store Release", |n| n.store(1, Release)),
        ("store SeqCst", |n| n.store(1, SeqCst)),
        ("swap", |n| _ = n.swap(1, Release)),
        ("fetch_add", |n| _ = n.fetch_add(1, AcqRel)),
        ("compare_exchange", |n| {
            _ = n.compare_exchange(0, 1, Release, Relaxed).unwrap()
        }),
        ("fetch_update", |n| {
            _ = n.fetch_update(Release, Relaxed, |_| Some(1)).unwrap()
        }),
        ("fence", |n| {
            fence(Release);
            n.store(1, Relaxed);
        }),
    ];
    let acquires: [Step; 8] = [
        ("load Acquire", |n| assert_eq!(n.load(Acquire), 1)),
        ("load SeqCst", |n| assert_eq!(n.load(SeqCst), 1)),
        ("swap", |n| assert_eq!(n.swap(2, Acquire), 1)),
        ("fetch_sub", |n| assert_eq!(n.fetch_sub(1, AcqRel), 1)),
        ("compare_exchange", |n| {
            assert_eq!(n.compare_exchange(1, 2, Acquire, Relaxed), Ok(1))
        }),
        ("compare_exchange that fails", |n| {
            assert_eq!(n.compare_exchange(9, 2, Relaxed, Acquire), Err(1));
        }),
        ("fetch_update", |n| {
            assert_eq!(n.fetch_update(Relaxed, Acquire, |_| None), Err(1))
        }),
        ("fence", |n| {
            assert_eq!(n.load(Relaxed), 1);
            fence(Acquire);
        }),
    ];
    for (release_name, release) in releases {
        for (acquire_name, acquire) in acquires {
            println!("{release_name}, then {acquire_name}");
            edge(Number::default, release, acquire);
        }
    }
}

#[test]
fn every_type_of_atomic_orders() {
    edge(
        AtomicBool::default,
        |b| b.store(true, Release),
        |b| assert!(b.load(Acquire)),
    );
    edge(
        AtomicU8::default,
        |n| n.store(1, Release),
        |n| assert_eq!(n.load(Acquire), 1),
    );
    edge(
        AtomicPtr::<u8>::default,
        |p| p.store(p.as_ptr().cast(), Release),
        |p| assert!(!p.load(Acquire).is_null()),
    );
}

#[test]
fn what_is_relaxed_orders_nothing() {
    no_edge(
        Number::default,
        |n| n.store(1, Relaxed),
        |n| assert_eq!(n.load(Acquire), 1),
    );
    no_edge(
        Number::default,
        |n| n.store(1, Release),
        |n| assert_eq!(n.load(Relaxed), 1),
    );
    no_edge(
        Number::default,
        |n| _ = n.fetch_add(1, Acquire),
        |n| _ = n.fetch_add(1, AcqRel),
    );
    no_edge(
        Number::default,
        |n| _ = n.fetch_add(1, AcqRel),
        |n| _ = n.fetch_add(1, Release),
    );
    no_edge(
        Number::default,
        |n| n.store(1, Release),
        |n| {
            assert_eq!(n.compare_exchange(1, 2, Relaxed, Acquire), Ok(1));
        },
    );
    no_edge(
        Number::default,
        |n| n.store(1, Release),
        |n| {
            assert_eq!(n.compare_exchange(9, 2, Acquire, Relaxed), Err(1));
        },
    );
}

#[test]
fn a_load_orders_no_later_store() {
    no_edge(
        Number::default,
        |n| _ = n.load(SeqCst),
        |n| n.store(1, SeqCst),
    );
    no_edge(
        Number::default,
        |n| _ = n.compare_exchange(9, 1, AcqRel, Acquire),
        |n| {
            assert_eq!(n.load(Acquire), 0);
        },
    );
}

#[test]
fn a_fence_on_the_wrong_side_of_its_access_orders_nothing() {
    let release_after = |n: &Number| {
        n.store(1, Relaxed);
        fence(Release);
    };
    let acquire_before = |n: &Number| {
        fence(Acquire);
        assert_eq!(n.load(Relaxed), 1);
    };
    no_edge(Number::default, release_after, |n| {
        assert_eq!(n.load(Acquire), 1)
    });
    no_edge(Number::default, |n| n.store(1, Release), acquire_before);
}

#[test]
fn fences_alone_order_only_if_sequentially_consistent_ones_do_not_either() {
    for order in [Release, AcqRel, SeqCst] {
        no_edge(
            Number::default,
            |_| fence(order),
            |_| fence(acquire_side(order)),
        );
    }
}

fn acquire_side(order: Ordering) -> Ordering {
    if order == Release { Acquire } else { order }
}

#[test]
fn two_fences_order_by_a_relaxed_store_that_is_seen() {
    for order in [Release, AcqRel, SeqCst] {
        edge(
            Number::default,
            move |n| {
                fence(order);
                n.store(1, Relaxed);
            },
            move |n| {
                assert_eq!(n.load(Relaxed), 1);
                fence(acquire_side(order));
            },
        );
    }
}

#[test]
fn a_read_modify_write_of_another_strand_continues_a_release_sequence() {
    edge(
        Number::default,
        |n| n.store(1, Release),
        |n| {
            by_another(n, |n| _ = n.fetch_add(1, Relaxed));
            assert_eq!(n.load(Acquire), 2);
        },
    );
}

#[test]
fn a_plain_store_cuts_a_release_sequence() {
    no_edge(
        Number::default,
        |n| n.store(1, Release),
        |n| {
            by_another(n, |n| n.store(2, Relaxed));
            assert_eq!(n.load(Acquire), 2);
        },
    );
    // The releasing strand's own later store as well, since C++20.
    no_edge(
        Number::default,
        |n| {
            n.store(1, Release);
            n.store(2, Relaxed);
        },
        |n| assert_eq!(n.load(Acquire), 2),
    );
}

#[test]
fn another_atomic_orders_nothing() {
    no_edge(
        <(Number, Number)>::default,
        |two| two.0.store(1, SeqCst),
        |two| assert_eq!(two.1.load(SeqCst), 0),
    );
}

#[test]
fn atomic_accesses_do_not_race_and_a_plain_one_does() {
    let number = Number::new(0);
    let report = fidge::check(|| {
        in_turn(|| number.store(1, Relaxed), || number.store(2, Relaxed));
    });
    assert!(report.is_clean(), "{report}");

    let cell = Plain::default();
    let report = fidge::check(|| {
        in_turn(
            || {
                cell.write();
                number.store(1, Relaxed);
            },
            || {
                number.load(Relaxed);
                cell.read();
            },
        );
    });
    let line = line!() - 9;
    assert_race(&report, Kind::DataRace, file!(), [line, line + 5]);
}
