//! A flag that goes from down to up and down again, and guards a cell.

use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::sync::atomic::{AtomicBool, Ordering};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "spin-lock-flag",
    story: "Two strands take turns under a lock made of one flag, taken by a compare-exchange and \
            given back by a store with `Release`. The flag is down again and again, which is no \
            ABA, and the cell is only touched under it. That is correct. In the racy twin the \
            flag is given back by a relaxed store, which carries nothing.",
    citation: "Bos, \"Rust atomics and locks\", 2023, chapter 4: building our own spin lock",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("spin_lock_flag.rs"),
};

const ROUNDS: u32 = 20;

fn program(env: &Env, give_back: Ordering) -> Outcome {
    let (locked, total) = (AtomicBool::new(false), Slot::new(0));
    strands::two(|i| {
        env.stagger(u64::from(i));
        for _ in 0..ROUNDS {
            while locked
                .compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed)
                .is_err()
            {
                thread::yield_now();
            }
            mark!(A, mark!(B, total.set(total.get() + 1)));
            locked.store(false, give_back);
        }
    });
    Outcome::wrong_if(total.get() != 2 * ROUNDS)
}

fn racy(env: &Env) -> Outcome {
    program(env, Ordering::Relaxed)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Ordering::Release)
}
