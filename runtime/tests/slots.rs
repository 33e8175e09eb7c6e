//! What happens where the slots end, each in a process of its own and with half a GiB of memory: run with
//! `cargo test --release -p fidge --features detect --test slots -- --ignored --exact NAME`.
#![cfg(feature = "detect")]

use fidge::engine::session::{Open, Settings};
use fidge::engine::strand::{Strand, fork};
use fidge::engine::{At, Granule, LockVar, Mode, Op, arena};

/// One more than there are at once.
const MANY: usize = (1 << 20) + 1;

fn at() -> At {
    At::here(&Op("operation"))
}

#[test]
#[ignore = "half a GiB, and a process of its own"]
fn slots_of_strands_that_nobody_waited_for_are_reused_without_a_false_report() {
    let open = Open::new(None, Settings::default());
    for _ in 0..MANY {
        let _never_waited_for = fork(None, &at());
    }
    // Two strands in reused slots hand an object on by a lock.
    let (lock, cell) = (LockVar::new(), Granule::new());
    let mut tasks: Vec<_> = (0..2).map(|_| fork(None, &at()).1.into_task()).collect();
    for turn in 0..100 {
        let _running = tasks[turn % 2].enter();
        lock.acquired(Mode::Exclusive, &at());
        cell.write(&at());
        lock.released(Mode::Exclusive, &at());
    }
    assert!(!arena::stopped());
    assert!(open.findings_so_far().is_empty());
    // And they are held to order that they do not have.
    let apart = Granule::new();
    for task in &mut tasks {
        let _running = task.enter();
        apart.write(&at());
    }
    assert_eq!(open.findings_so_far().len(), 1);
}

#[test]
#[ignore = "half a GiB, and a process of its own"]
fn more_strands_than_slots_stop_detection_and_not_the_program() {
    let open = Open::new(None, Settings::default());
    let strands: Vec<(Strand, _)> = (0..MANY).map(|_| fork(None, &at())).collect();
    assert!(arena::stopped());
    for (strand, seed) in strands {
        drop(seed);
        strand.join(&at());
    }
    assert!(open.end().findings.is_empty());
}
