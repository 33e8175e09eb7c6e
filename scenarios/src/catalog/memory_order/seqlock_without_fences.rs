//! A sequence lock's reader relies on the order of its loads.

use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::seqlock::{Bug, SeqLock};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "memory_order",
    name: "seqlock-without-fences",
    story: "A writer fills a page and announces its number through a sequence lock. The reader \
            loads the sequence, the words and the sequence again, all relaxed: it is read \
            consistently on x86, but nothing orders the page itself before the reader's use of \
            it.",
    citation: "Boehm, \"Can seqlocks get along with programming language memory models?\", MSPC \
               2012",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("seqlock_without_fences.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let pages = [Slot::new(1), Slot::new(0)];
    let announced = SeqLock::new([0, 1], bug);
    let read = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, pages[1].set(42));
            announced.write([1, 2]);
        });
        let reader = s.spawn(|| {
            loop {
                if let Some([page, version]) = announced.read().filter(|words| words[0] > 0) {
                    let content = mark!(B, pages[page as usize].get());
                    break (content, version);
                }
                thread::yield_now();
            }
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(read != (42, 2))
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoFences))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
