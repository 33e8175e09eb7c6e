//! An entry is moved to another key, and an iterator meets it twice.

use crate::hidden::Hidden;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards::{self, Sharded};
use fidge::Kind;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "iteration",
    name: "renamed-key",
    story: "A file is renamed: taken from under one key and put back under another. An iterator \
            that counts the files was past the one and has the other still before it, so it meets \
            the file twice. The rename happens at one place of the iteration, as far as only \
            chance says which. The cure is a lock around the iteration and around the rename.",
    citation: "https://github.com/xacrimon/dashmap/issues/97: does `iter` guarantee that all \
               elements are going to be found?",
    racy,
    fixed,
    kind: Kind::Iteration,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("renamed_key.rs"),
};

// The keys' shards, which the iterator visits in their order.
const OLD: u64 = 0;
const BETWEEN: u64 = 1;
const NEW: u64 = 3;

#[track_caller]
fn rename(files: &Sharded<&str>) {
    let (_, file) = files.remove(&OLD).unwrap();
    files.insert(NEW, file);
}

fn program(
    env: &Env,
    rename: impl Fn(&Sharded<&str>) + Sync,
    count: impl Fn(&Sharded<&str>) -> u32 + Sync + Send,
) -> Outcome {
    let files = shards::map();
    files.insert(OLD, "thesis");
    files.insert(BETWEEN, "notes");
    let seen = thread::scope(|s| {
        s.spawn(|| env.step(1, || rename(&files)));
        s.spawn(|| count(&files)).join().unwrap()
    });
    Outcome::wrong_if(seen != 1)
}

fn racy(env: &Env) -> Outcome {
    // Given up between the two: the rename falls before, there, or after.
    let turn = Hidden::new(());
    program(
        env,
        |files| {
            let _mine = turn.open();
            mark!(B, rename(files));
        },
        |files| {
            let mut mine = turn.open();
            let mut seen = 0;
            for file in mark!(A, files.iter()) {
                seen += u32::from(*file == "thesis");
                if *file.key() == BETWEEN {
                    drop(mine);
                    env.step(0, || ());
                    env.step(2, || ());
                    mine = turn.open();
                }
            }
            drop(mine);
            seen
        },
    )
}

fn fixed(env: &Env) -> Outcome {
    let renaming = Mutex::new(());
    program(
        env,
        |files| {
            let _held = renaming.lock().unwrap();
            rename(files);
        },
        |files| {
            let _held = renaming.lock().unwrap();
            let theses = files.iter().filter(|file| **file == "thesis");
            theses.count() as u32
        },
    )
}
