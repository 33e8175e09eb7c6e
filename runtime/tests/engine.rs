//! The engine by itself: happens-before verdicts through its own interface.
#![cfg(feature = "detect")]

use fidge::engine::session::{Open, Settings};
use fidge::engine::value::Value;
use fidge::engine::{
    At, AtomicVar, Granule, LockVar, Mode, Op, SyncVar, fence::fence, memory, strand,
};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

/// `(first, second)` operation names of what a session over `f` finds.
fn races(f: impl FnOnce()) -> Vec<(&'static str, &'static str)> {
    let open = Open::new(Some("test"), Settings::default());
    f();
    let outcome = open.end();
    outcome
        .findings
        .iter()
        .map(|found| (found.first.place.op, found.second.place.op))
        .collect()
}

macro_rules! at {
    ($name:literal) => {
        &At::here(&Op($name))
    };
}

/// Runs the bodies on threads of their own, forked in order, joined at the end.
fn threads<const N: usize>(bodies: [&(dyn Fn() + Sync); N]) {
    std::thread::scope(|scope| {
        let started: Vec<_> = bodies
            .into_iter()
            .map(|body| {
                let (strand, seed) = strand::fork(None, at!("fork"));
                let thread = scope.spawn(move || {
                    let _running = seed.start();
                    body();
                });
                (strand, thread)
            })
            .collect();
        for (strand, thread) in started {
            thread.join().unwrap();
            strand.join(at!("join"));
        }
    });
}

#[test]
fn unordered_writes_race_and_forked_and_joined_ones_do_not() {
    let cell = Granule::new();
    let found = races(|| {
        cell.write(at!("before"));
        threads([&|| cell.write(at!("one")), &|| cell.write(at!("two"))]);
        cell.write(at!("after"));
    });
    assert!(
        found == [("one", "two")] || found == [("two", "one")],
        "{found:?}"
    );
}

#[test]
fn a_lock_orders_what_it_guards() {
    let (cell, lock, real) = (Granule::new(), LockVar::new(), std::sync::Mutex::new(()));
    let body = || {
        for _ in 0..1000 {
            let _held = real.lock().unwrap();
            lock.acquired(Mode::Exclusive, at!("lock"));
            cell.read(at!("read"));
            cell.write(at!("write"));
            lock.released(Mode::Exclusive, at!("unlock"));
        }
    };
    assert_eq!(races(|| threads([&body, &body, &body])), []);
}

#[test]
fn a_write_races_with_every_concurrent_reader() {
    let (cell, meet) = (Granule::new(), Barrier::new(3));
    let found = races(|| {
        threads([
            &|| {
                cell.read(at!("reader 1"));
                meet.wait();
            },
            &|| {
                cell.read(at!("reader 2"));
                meet.wait();
            },
            &|| {
                meet.wait();
                cell.write(at!("writer"));
            },
        ]);
    });
    let mut found = found;
    found.sort_unstable();
    assert_eq!(found, [("reader 1", "writer"), ("reader 2", "writer")]);
}

/// A store, read by a spinning load, with these fences and orders around; is the datum ordered?
fn hand_off(store: Ordering, load: Ordering, release: bool, acquire: bool) -> bool {
    let (datum, flag, real) = (Granule::new(), AtomicVar::new(), AtomicUsize::new(0));
    races(|| {
        threads([
            &|| {
                datum.write(at!("write"));
                if release {
                    fence(Ordering::Release, at!("fence"));
                }
                flag.store(store, at!("store"), || real.store(1, store), unknown);
            },
            &|| {
                while flag.load(load, at!("load"), || real.load(load), unknown) == 0 {
                    std::thread::yield_now();
                }
                if acquire {
                    fence(Ordering::Acquire, at!("fence"));
                }
                datum.read(at!("read"));
            },
        ]);
    })
    .is_empty()
}

#[test]
fn fences_and_orders_publish_as_the_memory_model_says() {
    use Ordering::{Acquire, Relaxed, Release, SeqCst};
    assert!(hand_off(Release, Acquire, false, false));
    assert!(hand_off(SeqCst, SeqCst, false, false));
    assert!(hand_off(Relaxed, Relaxed, true, true));
    assert!(hand_off(Relaxed, Acquire, true, false));
    assert!(hand_off(Release, Relaxed, false, true));
    assert!(!hand_off(Relaxed, Acquire, false, false));
    assert!(!hand_off(Release, Relaxed, false, false));
    assert!(!hand_off(Relaxed, Relaxed, true, false));
    assert!(!hand_off(Relaxed, Relaxed, false, true));
}

/// Thread 1 releases 1; thread 2 changes it to 2 by `middle`; thread 3 acquires 2.
fn sequence(middle: &(dyn Fn(&AtomicVar, &AtomicUsize) + Sync)) -> bool {
    let (datum, flag, real) = (Granule::new(), AtomicVar::new(), AtomicUsize::new(0));
    let wait_for = |value: usize, order: Ordering| {
        while flag.load(order, at!("load"), || real.load(order), unknown) != value {
            std::thread::yield_now();
        }
    };
    races(|| {
        threads([
            &|| {
                datum.write(at!("write"));
                flag.store(
                    Ordering::Release,
                    at!("store"),
                    || real.store(1, Ordering::Release),
                    unknown,
                );
            },
            &|| {
                wait_for(1, Ordering::Relaxed);
                middle(&flag, &real);
            },
            &|| {
                // Unseen: an acquire load of the 1 on the way would order the two by itself.
                while real.load(Ordering::Acquire) != 2 {
                    std::thread::yield_now();
                }
                wait_for(2, Ordering::Acquire);
                datum.read(at!("read"));
            },
        ]);
    })
    .is_empty()
}

#[test]
fn a_release_sequence_goes_on_by_read_modify_write_and_is_cut_by_a_plain_store() {
    assert!(sequence(&|flag, real| {
        flag.rmw(
            Ordering::Relaxed,
            at!("rmw"),
            || real.fetch_add(1, Ordering::Relaxed),
            unknown,
        );
    }));
    assert!(!sequence(&|flag, real| {
        flag.store(
            Ordering::Relaxed,
            at!("cut"),
            || real.store(2, Ordering::Relaxed),
            unknown,
        );
    }));
}

#[test]
fn what_only_follows_from_a_reported_race_is_not_reported() {
    // The flag is a plain cell: its race is real. That the datum is then "published" through it
    // follows from that race.
    let (datum, flag, meet) = (Granule::new(), Granule::new(), Barrier::new(2));
    let body = || {
        threads([
            &|| {
                datum.write(at!("write datum"));
                flag.write(at!("write flag"));
                meet.wait();
            },
            &|| {
                meet.wait();
                flag.read(at!("read flag"));
                datum.read(at!("read datum"));
            },
        ]);
    };
    assert_eq!(races(body), [("write flag", "read flag")]);

    let (datum, flag, meet) = (Granule::new(), Granule::new(), Barrier::new(2));
    let open = Open::new(
        None,
        Settings {
            shb: false,
            ..Settings::default()
        },
    );
    threads([
        &|| {
            datum.write(at!("write datum"));
            flag.write(at!("write flag"));
            meet.wait();
        },
        &|| {
            meet.wait();
            flag.read(at!("read flag"));
            datum.read(at!("read datum"));
        },
    ]);
    assert_eq!(open.end().findings.len(), 2);
}

#[test]
fn bytes_are_told_apart_and_overlaps_are_found() {
    let bytes = [0u64; 8];
    let base = bytes.as_ptr() as usize;
    let pair = |first: (usize, usize), second: (usize, usize)| {
        memory::reset(base, 64, at!("reset"));
        races(|| {
            threads([
                &|| memory::write(base + first.0, first.1, at!("first")),
                &|| {
                    memory::write(base + second.0, second.1, at!("second"));
                },
            ]);
        })
        .len()
    };
    assert_eq!(pair((0, 1), (1, 1)), 0);
    assert_eq!(pair((0, 4), (4, 4)), 0);
    assert_eq!(pair((0, 4), (3, 2)), 1);
    assert_eq!(pair((6, 4), (9, 8)), 1);
    assert_eq!(pair((0, 64), (63, 1)), 1);
    assert_eq!(pair((7, 1), (8, 16)), 0);
}

#[test]
fn a_race_is_found_across_ten_thousand_strands_that_reuse_its_slots() {
    let (cell, meet) = (Granule::new(), Barrier::new(2));
    let found = races(|| {
        threads([
            &|| {
                cell.write(at!("old write"));
                meet.wait();
            },
            &|| {
                meet.wait();
                for _ in 0..10_000 {
                    let (strand, seed) = strand::fork(None, at!("fork"));
                    std::thread::scope(|scope| {
                        scope.spawn(move || drop(seed.start())).join().unwrap();
                    });
                    strand.join(at!("join"));
                }
                cell.read(at!("late read"));
            },
        ]);
    });
    assert_eq!(found, [("old write", "late read")]);
}

#[test]
fn a_sync_var_hands_a_clock_over() {
    let (cell, sync, meet) = (Granule::new(), SyncVar::new(), Barrier::new(2));
    let found = races(|| {
        threads([
            &|| {
                cell.write(at!("write"));
                sync.release(at!("release"));
                meet.wait();
            },
            &|| {
                meet.wait();
                sync.acquire(at!("acquire"));
                cell.write(at!("write"));
            },
        ]);
    });
    assert_eq!(found, []);
}

/// The value of an atomic, which these tests do not ask for.
fn unknown() -> Value {
    Value::UNKNOWN
}
