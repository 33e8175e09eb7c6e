//! Maps: what is read in one operation and written in another.

use crate::{buggy, threads, window};
use fidge::Kind::{Aba, StaleSize, StaleWrite};
use fidge::collections::HashMap;
use fidge::dashmap::{DashMap, DashSet};
use fidge::sync::atomic::{AtomicU32, Ordering::SeqCst};
use fidge::sync::{Mutex, RwLock};

#[test]
fn page_views_by_get_and_insert() {
    struct Views(DashMap<String, u64>);
    impl Views {
        fn get(&self, page: &str) -> u64 {
            self.0.get(page).map_or(0, |n| *n)
        }
        fn set(&self, page: &str, views: u64) {
            self.0.insert(page.to_owned(), views);
        }
    }
    buggy(StaleWrite, || {
        let views = Views(DashMap::new());
        views.set("home", 0);
        views.set("home", 3);
        threads(2, |_| {
            let seen = views.get("home");
            window();
            views.set("home", seen + 1);
        });
        views.get("home") != 5
    });
}

#[test]
fn a_rate_limit_that_is_checked_first_and_counted_later() {
    buggy(StaleWrite, || {
        let (used, admitted) = (
            DashMap::<_, _>::from_iter([(7_u32, 4_u32)]),
            AtomicU32::new(0),
        );
        threads(2, |_| {
            let so_far = *used.get(&7).unwrap();
            if so_far < 5 {
                window();
                used.insert(7, so_far + 1);
                admitted.fetch_add(1, SeqCst);
            }
        });
        admitted.into_inner() > 1
    });
}

#[test]
fn a_session_that_is_extended_after_it_was_ended() {
    buggy(StaleWrite, || {
        let sessions: DashMap<_, _> = DashMap::from_iter([(1_u32, 10_u64)]);
        threads(2, |thread| {
            if thread == 0 {
                if let Some(expires) = sessions.get(&1).map(|expires| *expires) {
                    window();
                    sessions.insert(1, expires + 10);
                }
            } else {
                window();
                sessions.remove(&1);
            }
        });
        sessions.contains_key(&1)
    });
}

#[test]
fn a_cache_entry_that_is_refreshed_over_a_newer_one() {
    buggy(StaleWrite, || {
        let source = AtomicU32::new(1);
        let cache = RwLock::new(HashMap::from([("price", 1)]));
        threads(2, |thread| {
            if thread == 0 {
                let cached = cache.read().unwrap()["price"];
                let now = source.load(SeqCst);
                window();
                if cached <= now {
                    cache.write().unwrap().insert("price", now);
                }
            } else {
                let now = source.fetch_add(1, SeqCst) + 1;
                cache.write().unwrap().insert("price", now);
            }
        });
        cache.read().unwrap()["price"] != source.load(SeqCst)
    });
}

#[test]
fn a_session_that_two_load() {
    buggy(StaleWrite, || {
        let (sessions, loaded) = (DashMap::new(), AtomicU32::new(0));
        threads(2, |thread| {
            if !sessions.contains_key("ann") {
                window();
                loaded.fetch_add(1, SeqCst);
                sessions.insert("ann", vec![thread]);
            }
        });
        loaded.into_inner() > 1
    });
}

#[test]
fn a_message_that_is_seen_by_two() {
    buggy(StaleWrite, || {
        let (seen, delivered) = (DashSet::new(), AtomicU32::new(0));
        seen.insert(9);
        seen.remove(&9);
        threads(2, |_| {
            if !seen.contains(&9) {
                window();
                seen.insert(9);
                delivered.fetch_add(1, SeqCst);
            }
        });
        delivered.into_inner() > 1
    });
}

#[test]
fn a_balance_that_is_read_under_one_lock_and_written_under_the_next() {
    struct Bank(Mutex<HashMap<&'static str, i64>>);
    impl Bank {
        fn balance(&self, of: &str) -> i64 {
            self.0.lock().unwrap()[of]
        }
        fn set(&self, of: &'static str, sum: i64) {
            self.0.lock().unwrap().insert(of, sum);
        }
    }
    buggy(StaleWrite, || {
        let bank = Bank(Mutex::new(HashMap::from([("ann", 100), ("bob", 0)])));
        threads(2, |_| {
            let (ann, bob) = (bank.balance("ann"), bank.balance("bob"));
            window();
            bank.set("ann", ann - 10);
            bank.set("bob", bob + 10);
        });
        bank.balance("bob") != 20
    });
}

#[test]
fn a_subscriber_list_that_is_copied_changed_and_put_back() {
    buggy(StaleWrite, || {
        let topics: DashMap<_, _> = DashMap::from_iter([("news", Vec::new())]);
        threads(2, |thread| {
            let mut subscribers = topics.get("news").unwrap().clone();
            window();
            subscribers.push(thread);
            topics.insert("news", subscribers);
        });
        topics.get("news").unwrap().len() != 2
    });
}

#[test]
fn a_leader_by_who_finds_the_map_empty() {
    buggy(StaleSize, || {
        let (members, leaders) = (DashMap::new(), AtomicU32::new(0));
        threads(2, |thread| {
            let first = members.is_empty();
            window();
            members.insert(thread, ());
            leaders.fetch_add(first.into(), SeqCst);
        });
        leaders.into_inner() > 1
    });
}

#[test]
fn a_lease_that_is_given_up_after_somebody_else_got_an_equal_one() {
    buggy(Aba, || {
        let leases: DashMap<_, _> = DashMap::from_iter([("job", "worker")]);
        let lost = AtomicU32::new(0);
        // Hidden from Fidge: on a busy machine the one may come after the other, and then nothing is wrong.
        let looked = std::sync::atomic::AtomicBool::new(false);
        threads(2, |thread| {
            if thread == 0 {
                let mine = *leases.get("job").unwrap();
                looked.store(true, SeqCst);
                window();
                window();
                leases.remove_if("job", |_, now| *now == mine);
            } else {
                window();
                if looked.load(SeqCst) && leases.remove("job").is_some() {
                    leases.insert("job", "worker");
                    std::thread::sleep(std::time::Duration::from_micros(200));
                    lost.fetch_add((!leases.contains_key("job")).into(), SeqCst);
                }
            }
        });
        lost.into_inner() > 0
    });
}
