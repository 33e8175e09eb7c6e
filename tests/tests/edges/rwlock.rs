//! `RwLock`.

use crate::pair::{Plain, assert_race, edge, in_turn, no_edge};
use fidge::Kind;
use fidge::sync::RwLock;

type Lock = RwLock<()>;

fn read(lock: &Lock) {
    drop(lock.read().unwrap());
}

fn write(lock: &Lock) {
    drop(lock.write().unwrap());
}

#[test]
fn a_writer_is_before_who_comes_later() {
    edge(Lock::default, write, write);
    edge(Lock::default, write, read);
    edge(Lock::default, write, |lock| drop(lock.try_read().unwrap()));
    edge(Lock::default, |lock| drop(lock.try_write().unwrap()), read);
}

#[test]
fn a_reader_is_before_later_writers_alone() {
    edge(Lock::default, read, write);
    edge(Lock::default, read, |lock| drop(lock.try_write().unwrap()));
    no_edge(Lock::default, read, read);
    no_edge(Lock::default, read, |lock| drop(lock.try_read().unwrap()));
}

#[test]
fn a_reader_is_before_a_reader_behind_a_writer() {
    edge(Lock::default, read, |lock| {
        write(lock);
        read(lock);
    });
}

#[test]
fn a_lock_that_was_not_got_orders_nothing() {
    let left_locked = |lock: &Lock| std::mem::forget(lock.write().unwrap());
    no_edge(Lock::default, left_locked, |lock| {
        assert!(lock.try_read().is_err())
    });
    let left_locked = |lock: &Lock| std::mem::forget(lock.read().unwrap());
    no_edge(Lock::default, left_locked, |lock| {
        assert!(lock.try_write().is_err())
    });
}

#[test]
fn a_write_under_a_read_lock_is_found() {
    let (cell, lock) = (Plain::default(), Lock::default());
    let report = fidge::check(|| {
        in_turn(
            || {
                let _held = lock.read();
                cell.write();
            },
            || {
                let _held = lock.read();
                cell.write();
            },
        );
    });
    let line = line!() - 8;
    assert_race(&report, Kind::DataRace, file!(), [line, line + 4]);
    for access in report.races()[0].accesses() {
        let locks = access.locks().expect("the locks are known");
        assert_eq!(locks.len(), 1);
        assert!(locks[0].is_shared());
        assert_eq!(locks[0].acquired().op(), "RwLock::read");
    }
}
