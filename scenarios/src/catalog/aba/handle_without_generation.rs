//! A handle outlives its value and names the next one.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::slab::{Bug, Slab};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "handle-without-generation",
    story: "A slab's handle is the index of a slot. A thread looks a value up, finds that it \
            has expired and goes to remove it. Meanwhile another thread has removed it and put \
            a fresh value in, which got the same slot. The slot is occupied, as it was, and \
            the fresh value is removed.",
    citation: "The crates slab (which has no generations, and says so), generational-arena and \
               slotmap; Catherine West, \"Using Rust for game development\", RustConf 2018",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("handle_without_generation.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let slab = Slab::new(2, bug);
    let Some(handle) = slab.insert(10) else {
        return Outcome::Wrong;
    };
    let fresh = thread::scope(|s| {
        s.spawn(|| {
            let seen = env.step(0, || mark!(A, slab.look(handle)))?;
            let expired = seen.value < 20;
            env.step(2, || {
                if expired {
                    mark!(B, slab.remove(seen))
                } else {
                    None
                }
            })
        });
        let renewer = s.spawn(|| {
            env.step(1, || {
                slab.remove(slab.look(handle)?)?;
                slab.insert(99)
            })
        });
        renewer.join().unwrap()
    });
    let is_there = |fresh| slab.look(fresh).is_some_and(|found| found.value == 99);
    Outcome::wrong_if(!fresh.is_none_or(is_there))
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoGeneration))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
