//! Atomics: a load and a store where one operation was needed.

use crate::{buggy, threads, window};
use fidge::Kind::StaleWrite;
use fidge::sync::atomic::{
    AtomicBool, AtomicU32, AtomicU64, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release, SeqCst},
};

#[test]
fn ids_by_load_and_store() {
    buggy(StaleWrite, || {
        let next = AtomicU64::new(0);
        let taken = [const { AtomicU32::new(0) }; 8];
        threads(2, |_| {
            for _ in 0..3 {
                let id = next.load(Relaxed);
                window();
                next.store(id + 1, Relaxed);
                taken[id as usize].fetch_add(1, Relaxed);
            }
        });
        taken.into_iter().any(|times| times.into_inner() > 1)
    });
}

#[test]
fn an_active_count_by_load_and_store() {
    buggy(StaleWrite, || {
        let active = AtomicUsize::new(5);
        threads(2, |_| {
            let now = active.load(Acquire);
            window();
            active.store(now - 1, Release);
        });
        active.into_inner() != 3
    });
}

#[test]
fn a_leader_by_a_look_and_a_store() {
    buggy(StaleWrite, || {
        let (leader, leaders) = (AtomicUsize::new(0), AtomicU32::new(0));
        threads(2, |node| {
            if leader.load(SeqCst) == 0 {
                window();
                leader.store(1 + node, SeqCst);
                leaders.fetch_add(1, SeqCst);
            }
        });
        leaders.into_inner() > 1
    });
}

#[test]
fn a_maximum_by_compare_and_store() {
    buggy(StaleWrite, || {
        let longest = AtomicU64::new(0);
        threads(3, |thread| {
            let mine = 10 * (thread as u64 + 1);
            if longest.load(SeqCst) < mine {
                window();
                longest.store(mine, SeqCst);
            }
        });
        longest.into_inner() != 30
    });
}

#[test]
fn tokens_that_are_refilled_over_what_was_taken() {
    buggy(StaleWrite, || {
        let (tokens, granted) = (AtomicU64::new(2), AtomicU64::new(0));
        threads(2, |thread| {
            if thread == 0 {
                let now = tokens.load(SeqCst);
                window();
                tokens.store(now + 1, SeqCst);
            } else {
                window();
                let taken = tokens.fetch_sub(1, SeqCst);
                granted.fetch_add((taken > 0).into(), SeqCst);
            }
        });
        tokens.into_inner() + granted.into_inner() != 3
    });
}

#[test]
fn a_pause_that_is_toggled_by_two() {
    buggy(StaleWrite, || {
        let paused = AtomicBool::new(false);
        threads(2, |_| {
            for _ in 0..3 {
                let now = paused.load(SeqCst);
                window();
                paused.store(!now, SeqCst);
            }
        });
        // An even number of times.
        paused.into_inner()
    });
}
