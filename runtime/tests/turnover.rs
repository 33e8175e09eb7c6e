//! Strands come and go on several threads, and others ask meanwhile what they knew: with nothing remembered
//! of those that are over, each answer is about a strand whose record may go at that moment.
#![cfg(feature = "detect")]

use fidge::engine::session::{Open, Settings};
use fidge::engine::strand::fork;
use fidge::engine::{At, Granule, Op, SyncVar, keep};

macro_rules! at {
    ($name:literal) => {
        &At::here(&Op($name))
    };
}

const THREADS: usize = 4;
const TURNS: usize = 10_000;

#[test]
fn pasts_are_asked_for_while_strands_go() {
    keep::bound(0, 8);
    let open = Open::new(Some("first"), Settings::default());
    let (racy, quiet, to_others) = (Granule::new(), Granule::new(), SyncVar::new());
    let work = || {
        for turn in 0..TURNS {
            let (strand, seed) = fork(Some("short-lived"), at!("fork"));
            let mut task = seed.into_task();
            {
                let _running = task.enter();
                to_others.acquire_in_turn(at!("acquire"));
                racy.write(at!("write"));
                to_others.release_join(at!("release"));
            }
            drop(task);
            racy.read(at!("read"));
            if turn % 4 != 0 {
                strand.join(at!("join"));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            let (_strand, seed) = fork(Some("worker"), at!("fork"));
            scope.spawn(move || {
                let _running = seed.start();
                work();
            });
        }
        // A thread that is not known takes in what all strands know.
        for _ in 0..TURNS / 50 {
            std::thread::scope(|scope| {
                scope.spawn(|| quiet.read(at!("read")));
            });
        }
    });
    let found = open.end().findings;
    assert!(!found.is_empty());
    for strand in found
        .iter()
        .flat_map(|f| [&f.first.strand, &f.second.strand])
    {
        let name = strand.name.as_deref();
        assert!(matches!(name, Some("short-lived" | "worker")), "{strand:?}");
        assert!(strand.created.is_some());
    }
}
