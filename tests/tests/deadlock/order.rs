//! Locks that are taken in both orders, in runs that did not deadlock.

use crate::{Signal, alone, only};
use fidge::dashmap::DashMap;
use fidge::sync::{Condvar, Mutex, RwLock};
use fidge::thread::scope;
use fidge::{Kind, Report, Severity};

/// What a strand does.
type Strand<'a> = Box<dyn FnOnce() + Send + 'a>;

/// The strands, one after the other, by a signal that Fidge does not see.
fn in_turn(strands: Vec<Strand<'_>>) -> Report {
    let signal = Signal::default();
    fidge::check(|| {
        scope(|scope| {
            for (turn, strand) in (0..).zip(strands) {
                let signal = &signal;
                scope.spawn(move || {
                    signal.wait(turn);
                    strand();
                    signal.step();
                });
            }
        });
    })
}

/// `inner` are the operations that take the second locks, the first strand's first.
#[track_caller]
fn told(report: &Report, inner: [&str; 2]) {
    let race = only(report);
    assert_eq!(
        (race.kind(), race.severity()),
        (Kind::LockOrder, Severity::Warning),
        "{report}"
    );
    assert_eq!(
        race.accesses().each_ref().map(|side| side.op()),
        inner,
        "{report}"
    );
}

#[track_caller]
fn quiet(report: &Report) {
    assert!(report.is_clean(), "{report}");
}

/// Takes the first, then the second, and lets both go.
fn both<'a>(first: &'a Mutex<u32>, second: &'a Mutex<u32>) -> Strand<'a> {
    Box::new(|| {
        let _first = first.lock();
        let _second = second.lock();
    })
}

alone! {
    fn of_two_mutexes_is_told() {
        let (a, b) = (Mutex::new(0), Mutex::new(0));
        let report = in_turn(vec![both(&a, &b), both(&b, &a)]);
        told(&report, ["Mutex::lock", "Mutex::lock"]);
        let race = only(&report);
        let strand = |side: &fidge::Access| side.strand().id();
        let [first, second] = race.accesses();
        let [first_outer, second_outer] = race.witnesses() else { panic!("two outer ones") };
        assert_eq!(strand(first), strand(first_outer));
        assert_eq!(strand(second), strand(second_outer));
        assert_ne!(strand(first), strand(second));
    }
}

alone! {
    fn of_three_mutexes_is_told() {
        let (a, b, c) = (Mutex::new(0), Mutex::new(0), Mutex::new(0));
        let report = in_turn(vec![both(&a, &b), both(&b, &c), both(&c, &a)]);
        told(&report, ["Mutex::lock", "Mutex::lock"]);
        assert_eq!(only(&report).witnesses().len(), 4);
    }
}

alone! {
    fn of_a_reader_writer_lock_is_told_where_one_writes() {
        let (a, b) = (RwLock::new(0), RwLock::new(0));
        let report = in_turn(vec![
            Box::new(|| {
                let _a = a.read();
                let _b = b.write();
            }),
            Box::new(|| {
                let _b = b.read();
                let _a = a.write();
            }),
        ]);
        told(&report, ["RwLock::write", "RwLock::write"]);
    }
}

alone! {
    fn of_a_guard_and_a_mutex_is_told() {
        let (map, mutex) = (DashMap::new(), Mutex::new(0));
        map.insert(1, [0]);
        let report = in_turn(vec![
            Box::new(|| {
                let _guard = map.get(&1);
                let _held = mutex.lock();
            }),
            Box::new(|| {
                let _held = mutex.lock();
                map.insert(1, [1]);
            }),
        ]);
        told(&report, ["Mutex::lock", "DashMap::insert"]);
    }
}

alone! {
    fn of_two_shards_is_told() {
        let map = DashMap::with_shard_amount(2);
        let shard = |key: u32| (map.hash_usize(&key) << 7) >> 63;
        let other = (1..32).find(|&key| shard(key) != shard(0)).expect("half of all keys are");
        map.insert(0, [0]);
        map.insert(other, [0]);
        let map = &map;
        let one_then = |first: u32, then: u32| -> Strand<'_> {
            Box::new(move || {
                let _first = map.get_mut(&first);
                map.insert(then, [1]);
            })
        };
        let report = in_turn(vec![one_then(0, other), one_then(other, 0)]);
        told(&report, ["DashMap::insert", "DashMap::insert"]);
    }
}

alone! {
    fn of_one_strand_is_not_told() {
        let (a, b) = (Mutex::new(0), Mutex::new(0));
        quiet(&in_turn(vec![Box::new(|| {
            both(&a, &b)();
            both(&b, &a)();
        })]));
    }
}

alone! {
    fn behind_a_gate_is_not_told() {
        let (gate, a, b) = (Mutex::new(0), Mutex::new(0), Mutex::new(0));
        let behind = |first, second| -> Strand<'_> {
            let both = both(first, second);
            Box::new(|| {
                let _gate = gate.lock();
                both();
            })
        };
        quiet(&in_turn(vec![behind(&a, &b), behind(&b, &a)]));
        // A gate that one of them does not go through is none.
        told(&in_turn(vec![behind(&a, &b), both(&b, &a)]), ["Mutex::lock", "Mutex::lock"]);
    }
}

alone! {
    fn of_readers_is_not_told() {
        let (a, b) = (RwLock::new(0), RwLock::new(0));
        quiet(&in_turn(vec![
            Box::new(|| {
                let _a = a.read();
                let _b = b.read();
            }),
            Box::new(|| {
                let _b = b.read();
                let _a = a.read();
            }),
        ]));
    }
}

alone! {
    fn of_an_attempt_is_not_told() {
        let (a, b) = (Mutex::new(0), Mutex::new(0));
        quiet(&in_turn(vec![
            both(&a, &b),
            Box::new(|| {
                let _b = b.lock();
                let _a = a.try_lock().unwrap();
            }),
        ]));
        // But what an attempt took is held as well.
        let report = in_turn(vec![
            both(&a, &b),
            Box::new(|| {
                let _b = b.try_lock().unwrap();
                let _a = a.lock();
            }),
        ]);
        told(&report, ["Mutex::lock", "Mutex::lock"]);
    }
}

alone! {
    fn with_a_join_between_is_not_told() {
        let (a, b) = (Mutex::new(0), Mutex::new(0));
        let (ab, ba) = (both(&a, &b), both(&b, &a));
        quiet(&fidge::check(|| {
            scope(|scope| {
                scope.spawn(ab).join().unwrap();
                scope.spawn(ba);
            });
        }));
    }
}

alone! {
    fn with_a_message_between_is_not_told() {
        let (a, b) = (Mutex::new(0), Mutex::new(0));
        let (send, receive) = fidge::sync::mpsc::channel();
        let (ab, ba) = (both(&a, &b), both(&b, &a));
        quiet(&in_turn(vec![
            Box::new(move || {
                ab();
                send.send(()).unwrap();
            }),
            Box::new(move || {
                receive.recv().unwrap();
                ba();
            }),
        ]));
    }
}

alone! {
    fn of_locks_that_are_no_more_is_not_told() {
        quiet(&fidge::check(|| {
            scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        for round in 0..100 {
                            // New ones in the memory of the last ones.
                            let pair = [Mutex::new(0), Mutex::new(0)];
                            let [a, b] = [&pair[round % 2], &pair[1 - round % 2]];
                            both(a, b)();
                        }
                    });
                }
            });
        }));
    }
}

alone! {
    /// The wait takes the mutex again while another is held.
    fn of_a_wait_with_another_lock_held_is_quiet_when_nobody_inverts() {
        let (outer, inner, changed) = (Mutex::new(0), Mutex::new(false), Condvar::new());
        quiet(&in_turn(vec![
            Box::new(|| {
                *inner.lock().unwrap() = true;
                changed.notify_all();
            }),
            Box::new(|| {
                let _outer = outer.lock();
                let mut ready = inner.lock().unwrap();
                while !*ready {
                    ready = changed.wait(ready).unwrap();
                }
            }),
        ]));
    }
}
