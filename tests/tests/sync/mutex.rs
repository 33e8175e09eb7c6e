//! `Mutex`.

use super::panic_message;
use fidge::sync::{Mutex, TryLockError};
use std::thread;

#[test]
fn excludes() {
    let counter = Mutex::new(0);
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| (0..1000).for_each(|_| *counter.lock().unwrap() += 1));
        }
    });
    assert_eq!(counter.into_inner().unwrap(), 4000);
}

#[test]
fn is_locked_until_the_guard_goes() {
    let mutex = Mutex::new(1);
    let guard = mutex.lock().unwrap();
    assert!(matches!(mutex.try_lock(), Err(TryLockError::WouldBlock)));
    let std = std::sync::Mutex::new(1);
    let _std_guard = std.lock().unwrap();
    assert_eq!(format!("{mutex:?}"), format!("{std:?}"));
    drop(guard);
    assert_eq!(*mutex.try_lock().unwrap(), 1);
    assert_eq!(
        format!("{mutex:?}"),
        "Mutex { data: 1, poisoned: false, .. }"
    );
}

#[test]
fn is_poisoned_by_a_panic_and_unlocked() {
    let mut mutex = Mutex::new(1);
    panic_message(|| {
        let mut guard = mutex.lock().unwrap();
        *guard = 2;
        panic!("inside");
    });
    assert!(mutex.is_poisoned());
    assert_eq!(*mutex.lock().unwrap_err().into_inner(), 2);
    assert!(matches!(mutex.try_lock(), Err(TryLockError::Poisoned(e)) if **e.get_ref() == 2));
    assert_eq!(
        format!("{mutex:?}"),
        "Mutex { data: 2, poisoned: true, .. }"
    );
    assert_eq!(**mutex.get_mut().as_ref().unwrap_err().get_ref(), 2);
    mutex.clear_poison();
    assert_eq!(*mutex.lock().unwrap(), 2);
    panic_message(|| {
        let _guard = mutex.lock();
        panic!("inside");
    });
    assert_eq!(mutex.into_inner().unwrap_err().into_inner(), 2);
}

#[test]
fn is_not_poisoned_by_a_guard_taken_during_a_panic() {
    struct Locks<'a>(&'a Mutex<u8>);
    impl Drop for Locks<'_> {
        fn drop(&mut self) {
            *self.0.lock().unwrap() += 1;
        }
    }
    let mutex = Mutex::new(0);
    panic_message(|| {
        let _locks = Locks(&mutex);
        panic!("outside");
    });
    assert_eq!(*mutex.lock().unwrap(), 1);
}

#[test]
fn guards_pass_the_value_on() {
    let mutex = Mutex::from(3);
    assert_eq!(
        format!("{:?} {}", mutex.lock().unwrap(), mutex_text()),
        "3 x"
    );
    assert_eq!(*Mutex::<u8>::default().lock().unwrap(), 0);
    let unsized_: &Mutex<[u8]> = &Mutex::new([1, 2]);
    unsized_.lock().unwrap()[0] = 9;
    assert_eq!(unsized_.lock().unwrap()[..], [9, 2]);
}

fn mutex_text() -> String {
    let mutex = Mutex::new("x");
    let guard = mutex.lock().unwrap();
    guard.to_string()
}
