//! Many readers come between a read and the write that races with it.

use crate::hidden::{Barrier, Slot};
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO_16: Scenario = with_readers(
    "readers-16",
    "A background thread reads a setting once and is forgotten about. Sixteen workers read the same \
     setting and are joined, one by one; then the setting is changed. The write is ordered after \
     the workers' reads, but not after the forgotten one.",
    racy::<16>,
    fixed::<16>,
);

pub static SCENARIO_64: Scenario = with_readers(
    "readers-64",
    "As readers-16, with sixty-four workers: no fixed number of remembered readers is enough, since \
     the one that races is always the oldest.",
    racy::<64>,
    fixed::<64>,
);

const fn with_readers(
    name: &'static str,
    story: &'static str,
    racy: fn(&Env) -> Outcome,
    fixed: fn(&Env) -> Outcome,
) -> Scenario {
    Scenario {
        class: "history",
        name,
        story,
        citation: "ThreadSanitizer's shadow: four accesses a granule are remembered, a random one \
                   makes room; Flanagan & Freund, \"FastTrack\", PLDI 2009, keeps all concurrent \
                   reads",
        racy,
        fixed,
        kind: Kind::DataRace,
        depth: 1,
        expectation: Expectation::Always,
        certificate: Certificate::Oracle,
        source: source!("readers.rs"),
    }
}

fn program(env: &Env, readers: u64, join_first: bool) -> Outcome {
    let setting = Slot::new(1);
    let was_read = Barrier::new(2); // hidden: the forgotten read is the oldest
    thread::scope(|s| {
        let forgotten = s.spawn(|| {
            mark!(A, setting.get());
            was_read.wait();
        });
        was_read.wait();
        if join_first {
            forgotten.join().unwrap();
        }
        for reader in 0..readers {
            if reader == 0 {
                env.stagger(0);
            }
            s.spawn(|| setting.get()).join().unwrap();
        }
        mark!(B, setting.set(2));
    });
    Outcome::wrong_if(setting.get() != 2)
}

fn racy<const READERS: u64>(env: &Env) -> Outcome {
    program(env, READERS, false)
}

fn fixed<const READERS: u64>(env: &Env) -> Outcome {
    program(env, READERS, true)
}
