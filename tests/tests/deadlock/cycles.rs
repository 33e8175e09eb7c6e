//! Strands that wait for each other.

use crate::{Signal, alone, deadlock, panic_of};
use fidge::dashmap::DashMap;
use fidge::sync::{Condvar, Mutex, RwLock};
use fidge::thread::scope;
use fidge::{Kind, Report};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Takes the first and, once everybody has theirs, asks for the second.
type Embrace<'a> = Box<dyn FnOnce(&dyn Fn()) + Send + 'a>;

/// A strand for each; how many of them panicked, and the report.
fn embrace(strands: Vec<Embrace<'_>>) -> (usize, usize, Report) {
    let (all, panicked) = (strands.len(), AtomicUsize::new(0));
    let signal = Signal::default();
    let report = fidge::check(|| {
        scope(|scope| {
            for strand in strands {
                let (signal, panicked) = (&signal, &panicked);
                scope.spawn(move || {
                    let together = || {
                        signal.step();
                        signal.wait(all as u32);
                    };
                    if panic_of(|| strand(&together)).is_some() {
                        panicked.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
    });
    (all, panicked.into_inner(), report)
}

/// The one who closes the cycle panics and lets go, so that the others get what they wait for.
#[track_caller]
fn told((all, panicked, report): (usize, usize, Report), held: &str, request: &str) {
    assert_eq!(panicked, 1, "{report}");
    let race = deadlock(&report, held, request);
    // The others' locks and requests, each by another strand.
    assert_eq!(race.witnesses().len(), 2 * (all - 1), "{report}");
    let strand = |index: usize| race.witnesses()[index].strand().id();
    for pair in 0..all - 1 {
        assert_eq!(strand(2 * pair), strand(2 * pair + 1), "{report}");
        assert_ne!(
            strand(2 * pair),
            race.accesses()[0].strand().id(),
            "{report}"
        );
    }
    assert_eq!(
        race.accesses()[0].strand().id(),
        race.accesses()[1].strand().id()
    );
}

alone! {
    fn over_two_mutexes() {
        let (a, b) = (Mutex::new(0), Mutex::new(0));
        told(
            embrace(vec![
                Box::new(|together| {
                    let _a = a.lock();
                    together();
                    let _b = b.lock();
                }),
                Box::new(|together| {
                    let _b = b.lock();
                    together();
                    let _a = a.lock();
                }),
            ]),
            "Mutex::lock",
            "Mutex::lock",
        );
    }
}

alone! {
    fn over_many_mutexes() {
        let forks: Vec<_> = (0..5).map(|_| Mutex::new(0)).collect();
        let forks = &forks;
        told(
            embrace(
                (0..5)
                    .map(|seat| -> Embrace<'_> {
                        Box::new(move |together| {
                            let _left = forks[seat].lock();
                            together();
                            let _right = forks[(seat + 1) % 5].lock();
                        })
                    })
                    .collect(),
            ),
            "Mutex::lock",
            "Mutex::lock",
        );
    }
}

alone! {
    fn over_two_shards_of_a_map() {
        let map = DashMap::with_shard_amount(2);
        (0..32_u32).for_each(|key| assert!(map.insert(key, [key]).is_none()));
        let shard = |key: u32| (map.hash_usize(&key) << 7) >> 63;
        let other = (1..32).find(|&key| shard(key) != shard(0)).expect("half of all keys are");
        let map = &map;
        let one_then = |first: u32, then: u32| -> Embrace<'_> {
            Box::new(move |together| {
                let _first = map.get_mut(&first);
                together();
                drop(map.get_mut(&then));
            })
        };
        told(
            embrace(vec![one_then(0, other), one_then(other, 0)]),
            "DashMap::get_mut",
            "DashMap::get_mut",
        );
    }
}

alone! {
    fn over_two_maps() {
        let (a, b) = (DashMap::new(), DashMap::new());
        a.insert(1, [0]);
        b.insert(1, [0]);
        let (a, b) = (&a, &b);
        told(
            embrace(vec![
                Box::new(|together| {
                    let _a = a.get(&1);
                    together();
                    b.insert(1, [1]);
                }),
                Box::new(|together| {
                    let _b = b.get(&1);
                    together();
                    a.insert(1, [1]);
                }),
            ]),
            "DashMap::get",
            "DashMap::insert",
        );
    }
}

alone! {
    fn over_an_iterator_on_its_way_to_the_next_shard() {
        let map = DashMap::with_shard_amount(2);
        (0..32_u32).for_each(|key| assert!(map.insert(key, [key]).is_none()));
        let shard = |key: u32| (map.hash_usize(&key) << 7) >> 63;
        let key_in = |index| (0..32).find(|&key| shard(key) == index).expect("half of all keys are");
        let (low, high) = (key_in(0), key_in(1));
        let map = &map;
        let (all, panicked, report) = embrace(vec![
            Box::new(|together| {
                let mut items = map.iter();
                let first = items.next().map(|item| *item.key());
                assert_eq!(first.map(shard), Some(0));
                together();
                items.for_each(drop);
            }),
            Box::new(|together| {
                let _guard = map.get_mut(&high);
                together();
                map.remove(&low);
            }),
        ]);
        assert_eq!((all, panicked), (2, 1), "{report}");
        let [a, b] = crate::only(&report).accesses();
        // Whoever came last.
        match b.op() {
            "DashMap::iter" => assert_eq!(a.op(), "DashMap::iter"),
            _ => assert_eq!((a.op(), b.op()), ("DashMap::get_mut", "DashMap::remove")),
        }
    }
}

alone! {
    fn over_a_map_and_a_mutex() {
        let (map, mutex) = (DashMap::new(), Mutex::new(0));
        map.insert(1, [0]);
        let (all, panicked, report) = embrace(vec![
            Box::new(|together| {
                let _guard = map.get_mut(&1);
                together();
                let _held = mutex.lock();
            }),
            Box::new(|together| {
                let _held = mutex.lock();
                together();
                let _entry = map.entry(1);
            }),
        ]);
        assert_eq!((all, panicked), (2, 1), "{report}");
        let ops = crate::only(&report).accesses().each_ref().map(|side| side.op());
        assert!(
            ops == ["DashMap::get_mut", "Mutex::lock"] || ops == ["Mutex::lock", "DashMap::entry"],
            "{report}"
        );
    }
}

alone! {
    /// A reader that reads already stands behind a writer that waits for it.
    fn over_a_writer_that_waits_between_two_reads() {
        let (lock, signal) = (RwLock::new(0), Signal::default());
        let mut message = None;
        let report = fidge::check(|| {
            scope(|scope| {
                message = panic_of(|| {
                    let _held = lock.read();
                    scope.spawn(|| {
                        signal.step();
                        *lock.write().unwrap() += 1;
                    });
                    signal.wait(1);
                    // std lets readers in until the writer has begun to wait.
                    while let Ok(again) = lock.try_read() {
                        drop(again);
                        std::thread::yield_now();
                    }
                    drop(lock.read());
                });
            });
        });
        assert!(message.is_some());
        let race = deadlock(&report, "RwLock::read", "RwLock::read");
        assert_eq!(race.witnesses()[0].op(), "RwLock::write", "{report}");
    }
}

alone! {
    fn of_a_task_and_whoever_polls_it() {
        let map = DashMap::new();
        map.insert(1, [0]);
        let report = fidge::check(|| {
            panic_of(|| {
                let _guard = map.get(&1);
                crate::awaits::block_on(fidge::task::track(async {
                    map.insert(1, [1]);
                }));
            });
        });
        deadlock(&report, "DashMap::get", "DashMap::insert");
    }
}

alone! {
    /// However the wait ends, it takes the mutex again, and meanwhile keeps what else its strand holds.
    fn over_a_wait_for_a_condition() {
        let (outer, inner, changed) = (Mutex::new(0), Mutex::new(false), Condvar::new());
        let signal = Signal::default();
        let mut message = None;
        let report = fidge::check(|| {
            scope(|scope| {
                scope.spawn(|| {
                    let _outer = outer.lock();
                    let mut ready = inner.lock().unwrap();
                    signal.step();
                    while !*ready {
                        ready = changed.wait(ready).unwrap_or_else(|poisoned| poisoned.into_inner());
                    }
                });
                signal.wait(1);
                message = panic_of(|| {
                    // Had once the other waits.
                    let mut ready = inner.lock().unwrap();
                    *ready = true;
                    changed.notify_all();
                    drop(outer.lock());
                });
                // The panic has poisoned it.
                inner.clear_poison();
            });
        });
        assert!(message.is_some());
        let told: Vec<_> = report.races().iter().map(|race| race.kind()).collect();
        assert_eq!(told, [Kind::GuardDeadlock], "{report}");
        let witnesses: Vec<_> = report.races()[0].witnesses().iter().map(|side| side.op()).collect();
        assert_eq!(witnesses, ["Mutex::lock", "Condvar::wait"], "{report}");
    }
}
