//! An index comes back to the head of a free list.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::freelist::{Bug, FreeList};
use fidge::Kind;
use fidge::thread;
use std::iter;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "free-list-pop",
    story: "An allocator keeps its free indices in a lock-free list. An allocation reads the \
            head and the index below it, and is interrupted; another thread allocates both and \
            frees the first. The head is what it was, the allocation succeeds, and the second \
            index is free and in use at once.",
    citation: "IBM System/370 Principles of Operation, appendix A, \"free-pool manipulation\"; \
               Boost.Lockfree's tagged pointers",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("free_list_pop.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let list = FreeList::new(3, bug);
    let held = thread::scope(|s| {
        let slow = s.spawn(|| {
            let seen = env.step(0, || mark!(A, list.look()))?;
            env.step(2, || mark!(B, list.take(seen)))
        });
        let busy = s.spawn(|| {
            env.step(1, || {
                let (first, second) = (list.alloc(), list.alloc());
                if let Some(index) = first {
                    list.free(index);
                }
                second
            })
        });
        [slow.join().unwrap(), busy.join().unwrap()]
    });
    // Every index is free or somebody's, not both.
    let free = iter::from_fn(|| list.alloc()).take(8).count();
    Outcome::wrong_if(held.into_iter().flatten().count() + free != 3)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoTag))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
