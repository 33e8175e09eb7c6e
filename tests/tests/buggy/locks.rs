//! Locks: taken twice where once was needed, or in the wrong order.

use crate::{buggy, threads, window};
use fidge::Kind::{Atomicity, GuardDeadlock, LockOrder};
use fidge::dashmap::DashMap;
use fidge::sync::{Mutex, RwLock};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn a_transfer_that_gives_the_lock_back_in_between() {
    buggy(Atomicity, || {
        let (ann, bob) = (Mutex::new(10), Mutex::new(0));
        let odd = Mutex::new(false);
        threads(2, |thread| {
            if thread == 0 {
                fidge::atomic_scope!("transfer");
                *ann.lock().unwrap() -= 3;
                window();
                *bob.lock().unwrap() += 3;
            } else {
                let total = {
                    fidge::atomic_scope!("audit");
                    let seen = *ann.lock().unwrap();
                    seen + *bob.lock().unwrap()
                };
                *odd.lock().unwrap() = total != 10;
            }
        });
        odd.into_inner().unwrap()
    });
}

#[test]
fn a_report_that_counts_twice() {
    buggy(Atomicity, || {
        let visitors: DashMap<u32, ()> = DashMap::from_iter([(0, ())]);
        let differs = Mutex::new(false);
        threads(2, |thread| {
            if thread == 0 {
                fidge::atomic_scope!("report");
                let total = visitors.iter().count();
                window();
                let listed = visitors.iter().filter(|visitor| *visitor.key() < 9).count();
                *differs.lock().unwrap() = total != listed;
            } else {
                visitors.insert(1, ());
            }
        });
        differs.into_inner().unwrap()
    });
}

#[test]
fn settings_of_which_halves_are_read() {
    buggy(Atomicity, || {
        let address = RwLock::new(("old", 1));
        let mixed = Mutex::new(false);
        threads(2, |thread| {
            if thread == 0 {
                fidge::atomic_scope!("address");
                let (host, _) = *address.read().unwrap();
                window();
                let (_, port) = *address.read().unwrap();
                *mixed.lock().unwrap() = (host, port) == ("old", 2);
            } else {
                *address.write().unwrap() = ("new", 2);
            }
        });
        mixed.into_inner().unwrap()
    });
}

#[test]
fn two_stores_that_lock_each_other() {
    buggy(LockOrder, || {
        let (users, groups) = (Mutex::new(0), Mutex::new(0));
        // One after the other, which Fidge does not see: this run is lucky.
        let meet = std::sync::Barrier::new(2);
        threads(2, |thread| {
            if thread == 0 {
                let users = users.lock().unwrap();
                *groups.lock().unwrap() += 1;
                drop(users);
                meet.wait();
            } else {
                meet.wait();
                let _groups = groups.lock().unwrap();
                *users.lock().unwrap() += 1;
            }
        });
        true
    });
}

#[test]
fn a_backup_that_is_made_under_a_guard() {
    buggy(GuardDeadlock, || {
        let accounts: DashMap<_, _> = DashMap::from_iter([("ann", 10)]);
        catch_unwind(AssertUnwindSafe(|| {
            let mut ann = accounts.get_mut("ann").unwrap();
            let backup = accounts.clone();
            *ann += backup.len();
        }))
        .is_err()
    });
}
