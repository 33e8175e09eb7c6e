//! `Mutex`.

use crate::pair::{edge, no_edge};
use fidge::sync::Mutex;
use std::panic::{AssertUnwindSafe, catch_unwind};

type Lock = Mutex<()>;

fn hold(lock: &Lock) {
    drop(lock.lock().unwrap());
}

#[test]
fn an_unlock_is_before_a_later_lock() {
    edge(Lock::default, hold, hold);
    edge(Lock::default, hold, |lock| drop(lock.try_lock().unwrap()));
    edge(Lock::default, |lock| drop(lock.try_lock().unwrap()), hold);
}

#[test]
fn an_unlock_that_poisons_orders_too() {
    let poison = |lock: &Lock| {
        let held = AssertUnwindSafe(lock.lock().unwrap());
        let panicked = catch_unwind(move || {
            let _held = held;
            std::panic::resume_unwind(Box::new("poison"));
        });
        assert!(panicked.is_err());
    };
    edge(Lock::default, poison, |lock| {
        drop(lock.lock().unwrap_err().into_inner());
    });
}

#[test]
fn another_lock_orders_nothing() {
    no_edge(
        <(Lock, Lock)>::default,
        |locks| hold(&locks.0),
        |locks| hold(&locks.1),
    );
}

#[test]
fn a_lock_that_was_not_got_orders_nothing() {
    let left_locked = |lock: &Lock| std::mem::forget(lock.lock().unwrap());
    no_edge(Lock::default, left_locked, |lock| {
        assert!(lock.try_lock().is_err());
    });
}

#[test]
fn whether_it_is_poisoned_orders_nothing() {
    no_edge(Lock::default, hold, |lock| assert!(!lock.is_poisoned()));
}
