//! `Once`, `OnceLock` and `LazyLock`.

use super::{Counted, panic_message};
use fidge::sync::{LazyLock, Once, OnceLock};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

#[test]
fn runs_once_and_others_wait() {
    static ONCE: Once = Once::new();
    let runs = AtomicUsize::new(0);
    thread::scope(|s| {
        s.spawn(|| {
            ONCE.wait();
            assert_eq!(runs.load(SeqCst), 1);
        });
        for _ in 0..4 {
            s.spawn(|| {
                ONCE.call_once(|| {
                    runs.fetch_add(1, SeqCst);
                });
                assert!(ONCE.is_completed());
                assert_eq!(runs.load(SeqCst), 1);
            });
        }
    });
    ONCE.wait_force();
    ONCE.call_once_force(|_| unreachable!());
}

#[test]
fn is_poisoned_until_forced() {
    let once = Once::new();
    assert_eq!(
        panic_message(|| once.call_once(|| panic!("first"))),
        "first"
    );
    assert!(!once.is_completed());
    let poisoned = "Once instance has previously been poisoned";
    assert_eq!(
        panic_message(|| once.call_once(|| unreachable!())),
        poisoned
    );
    assert!(catch_unwind(|| once.wait()).is_err());
    let mut forced = false;
    once.call_once_force(|state| forced = state.is_poisoned());
    assert!(forced);
    once.call_once(|| unreachable!());
    assert_eq!(format!("{once:?}"), "Once { .. }");
}

#[test]
fn lock_takes_one_value() {
    let mut cell = OnceLock::new();
    assert_eq!(cell.get(), None);
    assert_eq!(format!("{cell:?}"), "OnceLock(<uninit>)");
    assert_eq!(cell.set(1), Ok(()));
    assert_eq!(cell.set(2), Err(2));
    assert_eq!(*cell.get_or_init(|| unreachable!()), 1);
    assert_eq!(*cell.wait(), 1);
    assert_eq!(cell.clone(), OnceLock::from(1));
    *cell.get_mut().unwrap() = 3;
    assert_eq!(format!("{cell:?}"), "OnceLock(3)");
    assert_eq!(cell.take(), Some(3));
    assert_eq!(cell.set(4), Ok(()));
    assert_eq!(cell.into_inner(), Some(4));
    assert_eq!(OnceLock::<u8>::default().into_inner(), None);
}

#[test]
fn lock_outlives_a_panicking_initialiser() {
    let cell = OnceLock::new();
    assert_eq!(
        panic_message(|| *cell.get_or_init(|| panic!("init"))),
        "init"
    );
    assert_eq!(cell.get(), None);
    assert_eq!(*cell.get_or_init(|| 1), 1);
}

#[test]
fn lazy_is_initialised_by_the_first_use() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    static LAZY: LazyLock<usize> = LazyLock::new(|| RUNS.fetch_add(1, SeqCst));
    assert_eq!(format!("{:?}", LAZY), "LazyLock(<uninit>)");
    thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| assert_eq!(*LAZY, 0));
        }
    });
    assert_eq!(RUNS.load(SeqCst), 1);
    assert_eq!(format!("{:?}", LAZY), "LazyLock(0)");
    assert_eq!(*LazyLock::<u8>::default(), 0);
}

#[test]
fn lazy_is_poisoned_by_a_panicking_initialiser() {
    let lazy = LazyLock::<u8, _>::new(|| panic!("init"));
    assert_eq!(panic_message(|| *LazyLock::force(&lazy)), "init");
    let poisoned = "LazyLock instance has previously been poisoned";
    assert_eq!(panic_message(|| *LazyLock::force(&lazy)), poisoned);
    assert_eq!(panic_message(|| *lazy), poisoned);
}

#[test]
fn lazy_drops_what_it_holds() {
    let drops = AtomicUsize::new(0);
    let unused = Counted(&drops);
    drop(LazyLock::<u8, _>::new(move || {
        let _unused = &unused;
        1
    }));
    assert_eq!(drops.load(SeqCst), 1);
    let lazy = LazyLock::new(|| Counted(&drops));
    LazyLock::force(&lazy);
    drop(lazy);
    assert_eq!(drops.load(SeqCst), 2);
}
