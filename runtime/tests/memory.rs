//! What the detector keeps of what is over: some words for each strand, nothing for each session. Counts
//! bytes of the arena, which never shrinks, once what is kept of the newest strands is at its bound.
//!
//! The figures in `ARCHITECTURE.md` are of `FIDGE_STRANDS=1000000 cargo test --release -p fidge --features
//! detect --test memory -- --nocapture`.
#![cfg(feature = "detect")]

use fidge::cell::UnsafeCell;
use fidge::engine::arena;
use fidge::sync::{Arc, Mutex};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn strands() -> usize {
    let default = if cfg!(debug_assertions) {
        100_000
    } else {
        200_000
    };
    std::env::var("FIDGE_STRANDS").map_or(default, |count| count.parse().expect("a number"))
}

/// Bytes that each of `count` turns of `work` leaves behind, after half as many that do not count.
fn bytes_each(what: &str, count: usize, mut work: impl FnMut()) -> f64 {
    (0..count / 2).for_each(|_| work());
    let before = arena::used();
    (0..count).for_each(|_| work());
    let each = (arena::used() - before) as f64 / count as f64;
    println!("{what}: {count}, {each:.1} bytes each");
    assert!(!arena::stopped());
    each
}

fn count_up(cell: &UnsafeCell<u64>) {
    // SAFETY: these strands run one at a time.
    cell.with_mut(|at| unsafe { *at += 1 });
}

/// Runs a future that never waits.
fn run(future: impl Future<Output = ()>) {
    let future = pin!(fidge::task::track(future));
    let done = future.poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(done, Poll::Ready(()));
}

/// One test: the arena is the process's.
#[test]
fn little_is_kept_of_what_is_over() {
    let count = strands();
    let cell = UnsafeCell::new(0u64);
    let total = Arc::new(Mutex::new(0));
    let report = fidge::check(|| {
        let task = || {
            run(async {
                count_up(&cell);
                *total.lock().unwrap() += 1;
            });
        };
        let each = bytes_each("tasks", count, task);
        assert!(each < 48.0, "{each} bytes a finished task");

        let thread = || {
            let total = Arc::clone(&total);
            let named = fidge::thread::Builder::new().name("worker".into());
            let thread = named.spawn(move || *total.lock().unwrap() += 1);
            thread.unwrap().join().unwrap();
        };
        let each = bytes_each("threads", count / 20, thread);
        assert!(each < 96.0, "{each} bytes a finished thread");
    });
    assert!(report.is_clean(), "{report}");

    let session = || {
        let report = fidge::check(|| count_up(&cell));
        assert!(report.is_clean());
    };
    let each = bytes_each("sessions", count / 10, session);
    // Its strand has the name of this test.
    assert!(each < 96.0, "{each} bytes a finished session");
}
