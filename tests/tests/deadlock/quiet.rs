//! Right patterns, of which nothing is told.

use crate::{Signal, alone};
use fidge::dashmap::{DashMap, Entry};
use fidge::sync::{Arc, Condvar, Mutex, RwLock};
use fidge::thread::{scope, sleep};
use std::time::Duration;

const ROUNDS: u32 = 200;

/// Strands that do it all at the same time, and are right.
#[track_caller]
fn right(strands: u32, f: impl Fn(u32) + Sync) {
    let report = fidge::check(|| {
        scope(|scope| {
            for strand in 0..strands {
                let f = &f;
                scope.spawn(move || (0..ROUNDS).for_each(|_| f(strand)));
            }
        });
    });
    assert!(report.is_clean(), "{report}");
}

alone! {
    fn shards_that_are_read_and_read_again() {
        let map = DashMap::with_shard_amount(2);
        (0..8).for_each(|key| assert!(map.insert(key, [key]).is_none()));
        right(3, |_| {
            let outer = map.get(&1).map(|guard| *guard.key());
            for item in map.iter() {
                assert!(map.contains_key(item.key()));
                assert_eq!(map.len(), 8);
            }
            assert_eq!(outer, Some(1));
        });
    }
}

alone! {
    /// dashmap lets readers pass a waiting writer.
    fn shards_that_are_read_again_while_a_writer_waits() {
        let map = DashMap::with_shard_amount(2);
        map.insert(1, [0]);
        let signal = Signal::default();
        let report = fidge::check(|| {
            scope(|scope| {
                let guard = map.get(&1);
                scope.spawn(|| {
                    signal.step();
                    map.insert(1, [1]);
                });
                signal.wait(1);
                for _ in 0..ROUNDS {
                    assert!(map.contains_key(&1));
                    std::thread::yield_now();
                }
                drop(guard);
            });
        });
        assert!(report.is_clean(), "{report}");
    }
}

alone! {
    fn guards_that_are_dropped_before_the_next_call() {
        let map = DashMap::with_shard_amount(2);
        (0..8).for_each(|key| assert!(map.insert(key, [0]).is_none()));
        right(4, |strand| {
            let key = strand % 8;
            let value = map.get(&key).map(|guard| *guard).unwrap_or([0]);
            map.insert(8 + strand, value);
            if let Some(mut guard) = map.get_mut(&key) {
                guard[0] += 1;
            }
            map.retain(|_, value| value[0] < 1_000_000);
            map.alter(&key, |_, value| value);
        });
    }
}

alone! {
    fn chains_of_the_entry_api() {
        let map: DashMap<u32, Vec<u32>> = DashMap::with_shard_amount(2);
        right(4, |strand| {
            map.entry(strand % 2).or_default().push(1);
            map.entry(strand).and_modify(|list| list.push(2)).or_default();
            if let Entry::Occupied(mut entry) = map.entry(0) {
                entry.get_mut().clear();
                entry.into_ref().push(3);
            }
            if let Entry::Occupied(entry) = map.entry(strand) {
                entry.remove();
            }
        });
    }
}

alone! {
    fn locks_that_are_nested_in_one_order() {
        let (outer, middle, inner) = (Mutex::new(0), RwLock::new(0), DashMap::new());
        inner.insert(1, [0]);
        right(4, |strand| {
            let outer = outer.lock().unwrap();
            if strand % 2 == 0 {
                let _middle = middle.read().unwrap();
                inner.insert(1, [*outer]);
            } else {
                let _middle = middle.write().unwrap();
                drop(inner.get_mut(&1));
            }
        });
    }
}

alone! {
    fn mutexes_of_objects_locked_in_the_order_of_their_addresses() {
        let accounts: Vec<_> = (0..4).map(|_| Mutex::new(100_i64)).collect();
        right(4, |strand| {
            let (from, to) = (strand as usize, (strand as usize + 1) % 4);
            let (low, high) = (from.min(to), from.max(to));
            let mut low = accounts[low].lock().unwrap();
            let mut high = accounts[high].lock().unwrap();
            *low -= 1;
            *high += 1;
        });
    }
}

alone! {
    fn hand_over_hand_locking() {
        let chain: Vec<_> = (0..6).map(|_| Mutex::new(0)).collect();
        right(4, |_| {
            let mut held = chain[0].lock().unwrap();
            for next in &chain[1..] {
                let after = next.lock().unwrap();
                *held += 1;
                held = after;
            }
        });
    }
}

alone! {
    /// A wait gives the mutex back.
    fn waits_for_a_condition() {
        let (state, changed) = (Mutex::new(0), Condvar::new());
        right(2, |strand| {
            let mut turn = state.lock().unwrap();
            while *turn % 2 != strand {
                turn = changed.wait(turn).unwrap();
            }
            *turn += 1;
            changed.notify_all();
        });
    }
}

alone! {
    fn a_read_lock_that_is_given_back_for_a_write_lock() {
        let lock = RwLock::new(0);
        right(4, |_| {
            let seen = *lock.read().unwrap();
            *lock.write().unwrap() += 1;
            assert!(*lock.read().unwrap() > seen);
        });
    }
}

alone! {
    fn parents_and_children_in_both_orders_with_a_join_between() {
        let (a, b) = (Mutex::new(0), Mutex::new(0));
        let report = fidge::check(|| {
            {
                let _a = a.lock();
                let _b = b.lock();
            }
            scope(|scope| {
                scope.spawn(|| {
                    let _b = b.lock();
                    let _a = a.lock();
                });
            });
            let _a = a.lock();
            let _b = b.lock();
        });
        assert!(report.is_clean(), "{report}");
    }
}

alone! {
    /// Its first owner waits for it, and gets it.
    fn guards_that_are_sent_to_another_strand() {
        let map = DashMap::with_shard_amount(2);
        map.insert(1, [0]);
        let report = fidge::check(|| {
            for _ in 0..20 {
                scope(|scope| {
                    let guard = map.get_mut(&1).unwrap();
                    scope.spawn(move || {
                        let mut guard = guard;
                        sleep(Duration::from_millis(2));
                        guard[0] += 1;
                    });
                    map.retain(|_, _| true);
                });
                scope(|scope| {
                    let mut items = map.iter();
                    let item = items.next().unwrap();
                    scope.spawn(move || {
                        sleep(Duration::from_millis(2));
                        drop((items, item));
                    });
                    map.retain(|_, _| true);
                });
            }
        });
        assert!(report.is_clean(), "{report}");
    }
}

alone! {
    fn guards_that_are_returned_by_the_strand_that_took_them() {
        let map = DashMap::with_shard_amount(2);
        map.insert(1, [0]);
        let report = fidge::check(|| {
            scope(|scope| {
                let guard = scope.spawn(|| map.get_mut(&1)).join().unwrap();
                let waits = scope.spawn(|| map.insert(1, [1]));
                drop(guard);
                waits.join().unwrap();
            });
        });
        assert!(report.is_clean(), "{report}");
    }
}

alone! {
    fn holders_that_others_merely_wait_for() {
        let (a, b) = (Arc::new(Mutex::new(0)), DashMap::with_shard_amount(2));
        b.insert(1, [0]);
        right(4, |strand| match strand {
            0 => drop(a.lock()),
            1 => assert!(b.insert(1, [0]).is_some()),
            _ => {
                let _a = a.lock();
                for mut item in b.iter_mut() {
                    item[0] += 1;
                }
            }
        });
    }
}
