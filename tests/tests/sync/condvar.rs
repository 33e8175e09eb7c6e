//! `Condvar`.

use super::panic_message;
use fidge::sync::{Condvar, Mutex, TryLockError};
use std::thread;
use std::time::Duration;

#[test]
fn hands_over() {
    let (state, changed) = (Mutex::new(0), Condvar::new());
    thread::scope(|s| {
        s.spawn(|| {
            let mut guard = state.lock().unwrap();
            while *guard != 1 {
                guard = changed.wait(guard).unwrap();
            }
            *guard = 2;
            changed.notify_all();
        });
        *state.lock().unwrap() = 1;
        changed.notify_one();
        let guard = changed
            .wait_while(state.lock().unwrap(), |state| *state != 2)
            .unwrap();
        assert_eq!(*guard, 2);
    });
}

#[test]
fn times_out() {
    let (state, changed) = (Mutex::new(7), Condvar::default());
    let short = Duration::from_millis(1);
    let (guard, outcome) = changed
        .wait_timeout_while(state.lock().unwrap(), short, |_| true)
        .unwrap();
    assert!(outcome.timed_out());
    assert!(state.try_lock().is_err());
    let (guard, outcome) = changed.wait_timeout_while(guard, short, |_| false).unwrap();
    assert!(!outcome.timed_out());
    let (guard, _) = changed.wait_timeout(guard, short).unwrap();
    assert_eq!(*guard, 7);
    drop(guard);
    assert!(state.try_lock().is_ok());
}

#[test]
fn a_panicking_condition_poisons_and_unlocks() {
    let (state, changed) = (Mutex::new(0), Condvar::new());
    panic_message(|| {
        let guard = state.lock().unwrap();
        drop(changed.wait_while(guard, |_| panic!("condition")));
    });
    assert!(matches!(state.try_lock(), Err(TryLockError::Poisoned(_))));
}

#[test]
fn tells_of_poison() {
    let (state, changed) = (Mutex::new(0), Condvar::new());
    panic_message(|| {
        let _guard = state.lock().unwrap();
        panic!("inside");
    });
    let guard = state.lock().unwrap_err().into_inner();
    let (guard, outcome) = changed
        .wait_timeout(guard, Duration::ZERO)
        .unwrap_err()
        .into_inner();
    assert_eq!((*guard, outcome.timed_out()), (0, true));
}
