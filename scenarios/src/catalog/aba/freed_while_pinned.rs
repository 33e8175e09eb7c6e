//! An address is compared after what was there has been freed.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::published::{Bug, Published};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "aba",
    name: "freed-while-pinned",
    story: "A configuration is replaced by publishing a new record. A writer pins itself, \
            reads the current record, makes a new one of it and publishes that if the current \
            one is still the same, which it tells by the address. Replaced records are freed \
            at once, so two updates by another thread bring a new record to the old address, \
            and the writer overwrites an update that it never saw.",
    citation: "McKenney, \"Is parallel programming hard, and, if so, what can you do about it?\", \
               on RCU; crossbeam-epoch: memory is not used again while somebody who may compare \
               its address is pinned",
    racy,
    fixed,
    kind: Kind::Aba,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("freed_while_pinned.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let current = Published::new(10, 8, bug);
    let updates = thread::scope(|s| {
        let slow = s.spawn(|| {
            let seen = env.step(0, || mark!(A, current.look()))?;
            env.step(2, || Some(mark!(B, current.publish(seen, seen.record + 1))))
        });
        let busy = s.spawn(|| {
            env.step(1, || {
                [(); 2].map(|()| {
                    let seen = current.look()?;
                    Some(current.publish(seen, seen.record + 1))
                })
            })
        });
        let (slow, [first, second]) = (slow.join().unwrap(), busy.join().unwrap());
        [slow, first, second]
    });
    let published = updates.into_iter().filter(|update| *update == Some(true));
    Outcome::wrong_if(current.get() != 10 + published.count() as u64)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::FreedWhilePinned))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
