//! What stands for what the engine has forgotten: of strands that are over all but their names is, and of how a
//! clock grew all but the last eight changes (see `engine::keep`).
#![cfg(feature = "detect")]

use fidge::engine::session::{Open, Settings};
use fidge::engine::strand::{Strand, Task, fork};
use fidge::engine::{At, Granule, Op, SyncVar, keep};

macro_rules! at {
    ($name:literal) => {
        &At::here(&Op($name))
    };
}

fn session() -> Open {
    keep::bound(0, 8);
    Open::new(Some("first"), Settings::default())
}

fn task() -> Task {
    fork(None, at!("fork")).1.into_task()
}

fn run(task: &mut Task, f: impl FnOnce()) {
    let _running = task.enter();
    f();
}

/// What a racy read finds, and then an ordered one, when `forget` has made the engine forget what the writer
/// knew when it wrote; it is given the writer, and what the writer is to acquire first.
fn found_after(forget: impl FnOnce(Strand, Task, &SyncVar)) -> Vec<&'static str> {
    let open = session();
    let (racy, handed) = (Granule::new(), Granule::new());
    let (to_middle, on) = (SyncVar::new(), SyncVar::new());
    let (mut middle, mut reader) = (task(), task());
    let (strand, seed) = fork(None, at!("fork"));
    let mut writer = seed.into_task();
    run(&mut writer, || {
        racy.write(at!("racy write"));
        to_middle.release(at!("release"));
        handed.write(at!("write"));
        to_middle.release(at!("release"));
    });
    run(&mut middle, || {
        to_middle.acquire(at!("acquire"));
        on.release(at!("release"));
    });
    forget(strand, writer, &on);
    run(&mut reader, || {
        racy.read(at!("racy read"));
        on.acquire_in_turn(at!("acquire"));
        handed.read(at!("read"));
    });
    let found = open.end().findings.into_iter();
    found.map(|found| found.first.place.op).collect()
}

/// A racy read joins a clock that the writer once had, though not the one that it wrote with. A mixture of
/// the two would know of an epoch and not of what that epoch's strand knew: the reader would take in nothing
/// more from there. Fails where `Record::clock_at` gives a clock a time that the history does not reach.
#[test]
fn a_forgotten_clock_is_replaced_by_one_that_was() {
    let found = found_after(|_strand, mut writer, on| {
        run(&mut writer, || on.acquire(at!("acquire")));
        for _ in 0..20 {
            let news = SyncVar::new();
            run(&mut task(), || news.release(at!("release")));
            run(&mut writer, || news.acquire(at!("acquire")));
        }
        // It is over when the test is: who ends is forgotten altogether.
        core::mem::forget(writer);
    });
    assert_eq!(found, ["racy write"]);
}

/// The same where the writer is over, and its slot another's. Fails where `slots::past_of` gives the
/// successor's clock the writer's time.
#[test]
fn a_forgotten_strand_is_replaced_by_its_successor_as_it_began() {
    let found = found_after(|strand, writer, on| {
        drop(writer);
        strand.join(at!("join"));
        on.acquire(at!("acquire"));
        let mut successor = task();
        run(&mut successor, || ());
        core::mem::forget(successor);
    });
    assert_eq!(found, ["racy write"]);
}

/// A writer is over and forgotten, its slot has other owners, and still a report says who it was.
#[test]
fn a_strand_that_is_over_has_its_name() {
    let open = session();
    let cell = Granule::new();
    let mut reader = task();
    for turn in 0..10 {
        let (strand, seed) = fork(Some(&format!("worker {turn}")), at!("fork"));
        run(&mut seed.into_task(), || {
            if turn == 3 {
                cell.write(at!("write"));
            }
        });
        strand.join(at!("join"));
    }
    run(&mut reader, || cell.read(at!("read")));
    let found = open.end().findings;
    assert_eq!(found.len(), 1, "{found:?}");
    let writer = &found[0].first.strand;
    assert_eq!(writer.name.as_deref(), Some("worker 3"));
    assert_eq!(writer.created.as_ref().map(|place| place.op), Some("fork"));
    assert_eq!(writer.parent, found[0].second.strand.parent);
}
