//! A strand that waits for itself.

use crate::{alone, deadlock, in_a_process, panic_of};
use fidge::dashmap::{DashMap, DashSet, Entry};
use fidge::sync::{Mutex, RwLock};
use std::mem;
use std::sync::{Arc, Weak};

type Map = DashMap<u32, u32>;

/// Two shards, and the key 1 in one of them.
fn map() -> Map {
    let map = Map::with_shard_amount(2);
    map.insert(1, 10);
    map
}

/// A key that is not there, in the shard of the key 1.
fn vacant(map: &Map) -> u32 {
    let shard = |key: u32| (map.hash_usize(&key) << 7) >> 63;
    (2..)
        .find(|&key| shard(key) == shard(1))
        .expect("half of all keys are")
}

/// How something is held while the argument is called, by which operation, and whether shared.
type Hold = (&'static str, bool, fn(&Map, &dyn Fn()));

const HOLDS: [Hold; 18] = [
    ("DashMap::get", true, |map, f| {
        let _guard = map.get(&1);
        f();
    }),
    ("DashMap::get_mut", false, |map, f| {
        let _guard = map.get_mut(&1);
        f();
    }),
    ("DashMap::try_get", true, |map, f| {
        let _guard = map.try_get(&1).unwrap();
        f();
    }),
    ("DashMap::try_get_mut", false, |map, f| {
        let _guard = map.try_get_mut(&1).unwrap();
        f();
    }),
    ("RefMut::downgrade", true, |map, f| {
        let _guard = map.get_mut(&1).unwrap().downgrade();
        f();
    }),
    ("DashMap::get", true, |map, f| {
        let _guard = map.get(&1).unwrap().map(|value| value);
        f();
    }),
    ("DashMap::get_mut", false, |map, f| {
        let _guard = map.get_mut(&1).unwrap().map(|value| value);
        f();
    }),
    ("DashMap::iter", true, |map, f| map.iter().for_each(|_| f())),
    ("DashMap::iter", true, |map, f| {
        // The item is gone; the iterator keeps the shard.
        let mut items = map.iter();
        drop(items.next());
        f();
    }),
    ("DashMap::iter", true, |map, f| {
        // The iterator is gone; the item keeps the shard.
        let _item = map.iter().next();
        f();
    }),
    ("DashMap::iter_mut", false, |map, f| {
        map.iter_mut().for_each(|_| f())
    }),
    ("DashMap::iter_mut", false, |map, f| {
        let _item = map.iter_mut().next();
        f();
    }),
    ("DashMap::entry", false, |map, f| {
        let Entry::Occupied(_entry) = map.entry(1) else {
            panic!("it is there")
        };
        f();
    }),
    ("DashMap::entry", false, |map, f| {
        let Entry::Vacant(_entry) = map.entry(vacant(map)) else {
            panic!("it is not there")
        };
        f();
    }),
    ("DashMap::entry", false, |map, f| {
        map.entry(vacant(map)).or_insert_with(|| {
            f();
            1
        });
        map.remove(&vacant(map));
    }),
    ("DashMap::retain", false, |map, f| {
        map.retain(|_, _| {
            f();
            true
        });
    }),
    ("DashMap::remove_if", false, |map, f| {
        map.remove_if(&1, |_, _| {
            f();
            false
        });
    }),
    ("DashMap::view", true, |map, f| {
        map.view(&1, |_, _| f());
    }),
];

/// An operation, whether it reads only, and how it is called.
type Request = (&'static str, bool, fn(&Map));

const REQUESTS: [Request; 18] = [
    ("DashMap::get", true, |map| drop(map.get(&1))),
    ("DashMap::contains_key", true, |map| {
        assert!(map.contains_key(&1))
    }),
    ("DashMap::view", true, |map| {
        assert!(map.view(&1, |_, _| ()).is_some())
    }),
    ("DashMap::len", true, |map| assert_eq!(map.len(), 1)),
    ("DashMap::is_empty", true, |map| assert!(!map.is_empty())),
    ("DashMap::capacity", true, |map| assert!(map.capacity() > 0)),
    ("DashMap::iter", true, |map| {
        assert_eq!(map.iter().count(), 1)
    }),
    ("DashMap::clone", true, |map| {
        assert_eq!(map.clone().len(), 1)
    }),
    ("DashMap::get_mut", false, |map| drop(map.get_mut(&1))),
    ("DashMap::insert", false, |map| {
        assert!(map.insert(1, 2).is_some())
    }),
    ("DashMap::remove", false, |map| {
        assert!(map.remove(&1).is_some())
    }),
    ("DashMap::remove_if", false, |map| {
        assert!(map.remove_if(&1, |_, _| false).is_none())
    }),
    ("DashMap::entry", false, |map| drop(map.entry(1))),
    ("DashMap::alter", false, |map| {
        map.alter(&1, |_, value| value)
    }),
    ("DashMap::alter_all", false, |map| {
        map.alter_all(|_, value| value)
    }),
    ("DashMap::iter_mut", false, |map| {
        assert_eq!(map.iter_mut().count(), 1)
    }),
    ("DashMap::retain", false, |map| map.retain(|_, _| true)),
    ("DashMap::shrink_to_fit", false, |map| map.shrink_to_fit()),
];

alone! {
    /// Every way to hold a shard against every way to ask for it: what dashmap grants is granted, what
    /// it would wait for is told, with both places, and panics.
    fn of_guards_iterators_entries_and_closures() {
        for (held, holds_shared, hold) in HOLDS {
            for (request, reads, ask) in REQUESTS {
                let mut message = None;
                let report = fidge::check(|| {
                    let map = map();
                    message = panic_of(|| hold(&map, &|| ask(&map)));
                });
                if holds_shared && reads {
                    assert_eq!(message, None, "{held}, {request}");
                    assert!(report.is_clean(), "{held}, {request}: {report}");
                } else {
                    deadlock(&report, held, request);
                    let message = message.expect("it panics");
                    assert!(message.starts_with("fidge: deadlock: "), "{message}");
                    assert!(message.contains(request) && message.contains(held), "{message}");
                    assert_eq!(message.lines().count(), 1);
                }
            }
        }
    }
}

alone! {
    fn both_places_are_told() {
        let mut lines = (0, 0);
        let report = fidge::check(|| {
            let map = map();
            panic_of(|| {
                lines = (line!() + 1, line!() + 2);
                let _guard = map.get(&1);
                map.insert(1, 2);
            });
        });
        let told = deadlock(&report, "DashMap::get", "DashMap::insert").accesses();
        let told = told.each_ref().map(|side| side.location().unwrap().line());
        assert_eq!(told, [lines.0, lines.1]);
    }
}

alone! {
    fn of_mutexes_and_reader_writer_locks() {
        let report = fidge::check(|| {
            let mutex = Mutex::new(());
            panic_of(|| {
                let _held = mutex.lock();
                drop(mutex.lock());
            });
        });
        deadlock(&report, "Mutex::lock", "Mutex::lock");

        type Lock = RwLock<u32>;
        #[expect(clippy::type_complexity, reason = "once, and right here")]
        let (read, write): (fn(&Lock), fn(&Lock)) =
            (|lock| drop(lock.read()), |lock| drop(lock.write()));
        for (first, then, ask) in [
            ("RwLock::read", "RwLock::write", write),
            ("RwLock::write", "RwLock::read", read),
            ("RwLock::write", "RwLock::write", write),
        ] {
            let report = fidge::check(|| {
                let lock = Lock::new(0);
                panic_of(|| {
                    if first == "RwLock::read" {
                        let _held = lock.read();
                        ask(&lock);
                    } else {
                        let _held = lock.write();
                        ask(&lock);
                    }
                });
            });
            deadlock(&report, first, then);
        }
    }
}

alone! {
    fn of_a_set() {
        let report = fidge::check(|| {
            let set: DashSet<u32> = [1].into_iter().collect();
            panic_of(|| {
                for key in set.iter() {
                    set.remove(&*key);
                }
            });
        });
        deadlock(&report, "DashSet::iter", "DashSet::remove");
    }
}

alone! {
    fn of_a_forgotten_guard() {
        let report = fidge::check(|| {
            let map = map();
            mem::forget(map.get(&1));
            panic_of(|| assert!(map.insert(1, 2).is_some()));
        });
        deadlock(&report, "DashMap::get", "DashMap::insert");
        let report = fidge::check(|| {
            let map = map();
            mem::forget(map.get(&1));
            panic_of(|| assert_eq!(map.into_iter().count(), 1));
        });
        deadlock(&report, "DashMap::get", "DashMap::into_iter");
        let report = fidge::check(|| {
            let map = map();
            mem::forget(map.get_mut(&1));
            let view = map.into_read_only();
            assert!(view.contains_key(&1));
            panic_of(|| assert_eq!(view.len(), 1));
        });
        deadlock(&report, "DashMap::get_mut", "ReadOnlyView::len");
    }
}

alone! {
    fn of_a_value_whose_drop_asks_the_map_that_drops_it() {
        struct Session(Weak<DashMap<u32, Session>>);
        impl Drop for Session {
            fn drop(&mut self) {
                if let Some(sessions) = self.0.upgrade() {
                    let _last = sessions.contains_key(&1);
                }
            }
        }
        type Sessions = DashMap<u32, Session>;
        type Removal = (&'static str, fn(&Sessions));
        let removals: [Removal; 2] = [
            ("DashMap::clear", |sessions| sessions.clear()),
            ("DashMap::retain", |sessions| sessions.retain(|_, _| false)),
        ];
        for (removal, remove) in removals {
            let report = fidge::check(|| {
                let sessions = Arc::new(Sessions::new());
                sessions.insert(1, Session(Arc::downgrade(&sessions)));
                panic_of(|| remove(&sessions));
            });
            deadlock(&report, removal, "DashMap::contains_key");
        }
    }
}

alone! {
    /// The guard could be anywhere by now, so it is told after a while.
    fn after_other_operations() {
        let report = fidge::check(|| {
            let (map, other) = (map(), map());
            panic_of(|| {
                let _guard = map.get(&1);
                other.insert(1, 2);
                map.insert(1, 2);
            });
        });
        deadlock(&report, "DashMap::get", "DashMap::insert");
    }
}

alone! {
    fn what_never_waits_never_deadlocks() {
        let report = fidge::check(|| {
            let (map, mutex, lock) = (map(), Mutex::new(0), RwLock::new(0));
            let _guards = (map.get_mut(&1), mutex.lock(), lock.write());
            assert!(map.try_get(&1).is_locked());
            assert!(map.try_get_mut(&1).is_locked());
            assert!(map.try_entry(1).is_none());
            assert!(mutex.try_lock().is_err());
            assert!(lock.try_read().is_err() && lock.try_write().is_err());
        });
        assert!(report.is_clean(), "{report}");
    }
}

/// With `deadlock=go-on` the call waits, as it would without Fidge: here until another strand comes by.
#[test]
fn is_told_and_waits_where_that_is_asked_for() {
    const NAME: &str = concat!(module_path!(), "::asks_and_waits");
    let run = in_a_process(NAME, "deadlock=go-on");
    assert!(run.status.success(), "{run:?}");
}

#[test]
fn asks_and_waits() {
    if std::env::var("FIDGE_OPTIONS").as_deref() != Ok("deadlock=go-on") {
        return;
    }
    let report = fidge::check(|| {
        let map = map();
        fidge::thread::scope(|scope| {
            let (send, receive) = std::sync::mpsc::channel();
            // A deadlock for all that Fidge can see: the guard leaves by a channel that it does not know.
            scope.spawn(|| {
                let receive = receive;
                let guard = receive.recv();
                std::thread::sleep(std::time::Duration::from_millis(20));
                drop(guard);
            });
            send.send(map.get(&1).unwrap()).unwrap();
            map.retain(|_, _| true);
        });
    });
    deadlock(&report, "DashMap::get", "DashMap::retain");
}

#[test]
fn is_not_looked_for_when_only_races_are() {
    const NAME: &str = concat!(module_path!(), "::holds_over_an_await");
    let run = in_a_process(NAME, "checks=races");
    assert!(run.status.success(), "{run:?}");
}

#[test]
fn holds_over_an_await() {
    if std::env::var("FIDGE_OPTIONS").as_deref() != Ok("checks=races") {
        return;
    }
    let report = fidge::check(|| {
        let a = Mutex::new(0);
        crate::awaits::block_on(fidge::task::track(async {
            let _held = a.lock();
            crate::awaits::pause(1).await;
        }));
    });
    assert!(report.is_clean(), "{report}");
}

#[test]
fn a_panic_in_a_closure_of_alter_ends_the_process_with_a_clear_line() {
    const NAME: &str = concat!(module_path!(), "::asks_in_alter");
    let run = in_a_process(NAME, "");
    assert!(!run.status.success());
    assert!(
        run.stderr.contains("fidge: deadlock: DashMap::len at "),
        "{run:?}"
    );
}

#[test]
fn asks_in_alter() {
    if std::env::var_os(crate::ALONE).is_some() {
        fidge::check(|| {
            let map = map();
            map.alter(&1, |_, value| value + map.len() as u32);
        });
    }
}
