//! `Condvar`: the mutex orders, the notification does not.

use crate::pair::{edge, meeting, no_edge};
use fidge::sync::{Condvar, Mutex};
use std::time::Duration;

#[derive(Default)]
struct Flag {
    set: Mutex<bool>,
    changed: Condvar,
}

fn set(flag: &Flag) {
    *flag.set.lock().unwrap() = true;
    flag.changed.notify_all();
}

#[test]
fn what_sets_the_condition_is_before_who_waited_for_it() {
    meeting(Flag::default, set, |flag| {
        let mut held = flag.set.lock().unwrap();
        while !*held {
            held = flag.changed.wait(held).unwrap();
        }
    });
    meeting(Flag::default, set, |flag| {
        let held = flag.set.lock().unwrap();
        drop(flag.changed.wait_while(held, |set| !*set).unwrap());
    });
    let long = Duration::from_secs(3600);
    meeting(Flag::default, set, |flag| {
        let mut held = flag.set.lock().unwrap();
        while !*held {
            held = flag.changed.wait_timeout(held, long).unwrap().0;
        }
    });
    meeting(Flag::default, set, |flag| {
        let held = flag.set.lock().unwrap();
        drop(flag.changed.wait_timeout_while(held, long, |set| !*set));
    });
}

#[test]
fn what_is_before_a_wait_is_before_who_locks_meanwhile() {
    let waits = |flag: &Flag| {
        let mut waiting = flag.set.lock().unwrap();
        *waiting = true;
        drop(
            flag.changed
                .wait_while(waiting, |waiting| *waiting)
                .unwrap(),
        );
    };
    meeting(Flag::default, waits, |flag| {
        while !std::mem::replace(&mut *flag.set.lock().unwrap(), false) {
            std::thread::yield_now();
        }
        flag.changed.notify_all();
    });
}

#[test]
fn a_wait_that_timed_out_is_ordered_by_its_mutex() {
    edge(
        Flag::default,
        |flag| drop(flag.set.lock().unwrap()),
        |flag| {
            let held = flag.set.lock().unwrap();
            drop(flag.changed.wait_timeout(held, Duration::ZERO).unwrap());
        },
    );
}

#[test]
fn a_notification_orders_nothing() {
    no_edge(
        Flag::default,
        |flag| {
            flag.changed.notify_one();
            flag.changed.notify_all();
        },
        |flag| {
            let held = flag.set.lock().unwrap();
            drop(flag.changed.wait_timeout(held, Duration::ZERO).unwrap());
        },
    );
}
