//! `RwLock`.

use super::panic_message;
use fidge::sync::{RwLock, TryLockError};

#[test]
fn readers_share_and_writers_do_not() {
    let lock = RwLock::new(5);
    let (one, two) = (lock.read().unwrap(), lock.try_read().unwrap());
    assert_eq!(format!("{one:?} {two}"), "5 5");
    assert!(matches!(lock.try_write(), Err(TryLockError::WouldBlock)));
    drop((one, two));
    let mut writer = lock.write().unwrap();
    *writer += 1;
    assert_eq!(format!("{writer:?} {writer}"), "6 6");
    assert!(matches!(lock.try_read(), Err(TryLockError::WouldBlock)));
    let std = std::sync::RwLock::new(6);
    let _std_guard = std.write().unwrap();
    assert_eq!(format!("{lock:?}"), format!("{std:?}"));
    drop(writer);
    assert_eq!(
        format!("{lock:?}"),
        "RwLock { data: 6, poisoned: false, .. }"
    );
    assert_eq!(*lock.try_write().unwrap(), 6);
    assert_eq!(lock.into_inner().unwrap(), 6);
}

#[test]
fn a_panicking_writer_poisons_and_a_reader_does_not() {
    let mut lock = RwLock::from(1);
    panic_message(|| {
        let _reader = lock.read().unwrap();
        panic!("inside");
    });
    assert!(!lock.is_poisoned());
    panic_message(|| {
        *lock.write().unwrap() = 2;
        let _writer = lock.write().unwrap();
        panic!("inside");
    });
    assert!(lock.is_poisoned());
    assert_eq!(*lock.read().unwrap_err().into_inner(), 2);
    assert!(matches!(lock.try_read(), Err(TryLockError::Poisoned(_))));
    assert!(matches!(lock.try_write(), Err(TryLockError::Poisoned(_))));
    assert!(lock.get_mut().is_err());
    lock.clear_poison();
    assert_eq!(*lock.write().unwrap(), 2);
}
