//! A page that was dirty and is dirty was written in between.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::frame::{Bug, Frame};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "dirty-bit-beside-pointer",
    story: "A frame of a buffer pool has a page's number and a dirty bit in one word. A \
            flusher finds the bit set, writes the page to disk and clears the bit if the word \
            is still the same. A writer changed the page in between and set the bit, which was \
            set already. The word is the same, the bit is cleared, and the change is never \
            written out.",
    citation: "PostgreSQL's BM_JUST_DIRTIED beside BM_DIRTY (src/backend/storage/buffer/bufmgr.c) \
               exists for this case",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("dirty_bit_beside_pointer.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let frame = Frame::new(3, 10, bug);
    frame.write(11);
    thread::scope(|s| {
        s.spawn(|| {
            let seen = env.step(0, || mark!(A, frame.look()))?;
            env.step(2, || Some(mark!(B, frame.flush(seen))))
        });
        s.spawn(|| env.step(1, || frame.write(12)));
    });
    Outcome::wrong_if(!frame.is_recoverable())
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoVersion))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
