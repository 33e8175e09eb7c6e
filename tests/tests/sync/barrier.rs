//! `Barrier`.

use fidge::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

#[test]
fn every_round_has_all_arrivals_and_one_leader() {
    const THREADS: usize = 4;
    const ROUNDS: usize = 200;
    let barrier = Barrier::new(THREADS);
    let arrived: Vec<_> = (0..ROUNDS).map(|_| AtomicUsize::new(0)).collect();
    let leaders: Vec<_> = (0..ROUNDS).map(|_| AtomicUsize::new(0)).collect();
    thread::scope(|s| {
        for _ in 0..THREADS {
            s.spawn(|| {
                for (arrived, leaders) in arrived.iter().zip(&leaders) {
                    arrived.fetch_add(1, SeqCst);
                    leaders.fetch_add(barrier.wait().is_leader().into(), SeqCst);
                    assert_eq!(arrived.load(SeqCst), THREADS);
                }
            });
        }
    });
    assert!(leaders.iter().all(|leaders| leaders.load(SeqCst) == 1));
}

#[test]
fn more_threads_than_its_number_pass_in_groups() {
    let barrier = Barrier::new(2);
    let leaders = AtomicUsize::new(0);
    thread::scope(|s| {
        for _ in 0..6 {
            s.spawn(|| leaders.fetch_add(barrier.wait().is_leader().into(), SeqCst));
        }
    });
    assert_eq!(leaders.load(SeqCst), 3);
}

#[test]
fn of_none_or_one_never_blocks() {
    for n in [0, 1] {
        let barrier = Barrier::new(n);
        let outcome = barrier.wait();
        assert_eq!(
            format!("{outcome:?}"),
            "BarrierWaitResult { is_leader: true }"
        );
        assert!(barrier.wait().is_leader());
        assert_eq!(format!("{barrier:?}"), "Barrier { .. }");
    }
}
