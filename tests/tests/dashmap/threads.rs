//! Many threads on one map.

use fidge::dashmap::DashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

const THREADS: u64 = 4;
const ROUNDS: u64 = 2_000;

/// Runs `f` on `THREADS` threads, each with its number.
fn everywhere(f: impl Fn(u64) + Sync) {
    thread::scope(|scope| {
        for number in 0..THREADS {
            let f = &f;
            scope.spawn(move || f(number));
        }
    });
}

#[test]
fn no_increment_is_lost() {
    let map: DashMap<u64, u64> = DashMap::with_shard_amount(4);

    everywhere(|_| {
        for round in 0..ROUNDS {
            let key = round % 16;
            match round % 4 {
                0 => *map.entry(key).or_insert(0) += 1,
                1 => drop(map.entry(key).and_modify(|n| *n += 1).or_insert(1)),
                2 if map.contains_key(&key) => map.alter(&key, |_, n| n + 1),
                _ => *map.entry(key).or_default().map(|n| n) += 1,
            }
        }
    });

    assert_eq!(map.iter().map(|item| *item).sum::<u64>(), THREADS * ROUNDS);
}

#[test]
fn what_is_inserted_is_removed_once() {
    let map = DashMap::new();
    let removed = AtomicU64::new(0);

    everywhere(|number| {
        for round in 0..ROUNDS {
            map.insert((round, number), round);
            // Everybody goes for the keys of the next thread as well.
            for owner in [number, (number + 1) % THREADS] {
                if let Some(((key, _), value)) = map.remove(&(round, owner)) {
                    assert_eq!(key, value);
                    removed.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    });

    assert_eq!(removed.into_inner() + map.len() as u64, THREADS * ROUNDS);
    assert!(map.iter().all(|item| item.key().0 == *item));
}

#[test]
fn readers_see_whole_values_while_the_map_grows_and_shrinks() {
    let map: DashMap<u64, [u64; 4]> = DashMap::with_shard_amount(2);

    everywhere(|number| {
        for round in 0..ROUNDS {
            let key = round % 97;
            match number {
                0 => drop(map.insert(key, [round; 4])),
                1 => drop(map.remove_if_mut(&key, |_, value| {
                    value.fill(round);
                    round % 3 == 0
                })),
                2 if round % 64 == 0 => {
                    map.retain(|key, _| key % 2 == 0);
                    map.shrink_to_fit();
                }
                2 => map.alter_all(|_, value| value.map(|n| n + 1)),
                _ if round % 64 == 0 => {
                    assert!(map.iter().all(|item| item.iter().all(|n| *n == item[0])));
                    assert!(
                        map.clone()
                            .into_iter()
                            .all(|(_, v)| v.iter().all(|n| *n == v[0]))
                    );
                    assert!(map.len() <= 97 && map.capacity() >= map.iter().take(1).count());
                }
                _ => {
                    if let Some(value) = map.get(&key) {
                        assert!(value.iter().all(|n| *n == value[0]));
                    }
                }
            }
        }
    });
}

#[test]
fn iterators_change_every_entry_that_stays() {
    let map: DashMap<u64, u64> = (0..500).map(|key| (key, 0)).collect();

    everywhere(|_| {
        for _ in 0..10 {
            map.iter_mut().for_each(|mut item| *item += 1);
        }
    });

    assert!(map.iter().all(|item| *item == THREADS * 10));
    assert_eq!(map.len(), 500);
}

#[test]
fn a_guard_may_be_dropped_by_another_thread() {
    let map = Arc::new(DashMap::<_, _>::from_iter([(1, 1)]));

    let guard = map.get_mut(&1).unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut guard = guard;
            *guard += 1;
        });
    });

    assert_eq!(*map.get(&1).unwrap(), 2);
}

#[test]
fn a_thread_local_destructor_may_use_a_map() {
    struct Farewell(Arc<DashMap<&'static str, u32>>);
    impl Drop for Farewell {
        fn drop(&mut self) {
            self.0.insert("farewell", 1);
            self.0.remove("hello");
        }
    }
    thread_local!(static LAST: std::cell::RefCell<Option<Farewell>> = const { std::cell::RefCell::new(None) });

    let map = Arc::new(DashMap::<_, _>::from_iter([("hello", 1)]));
    let theirs = Arc::clone(&map);
    thread::spawn(move || LAST.set(Some(Farewell(theirs))))
        .join()
        .unwrap();

    assert!(map.contains_key("farewell"));
    assert_eq!(map.len(), 1);
}
