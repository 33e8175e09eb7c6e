//! A scope that only reads sees one half of another's writes.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "scope",
    name: "half-seen",
    story: "One scope moves money from savings to current, another adds the two up. Each read and \
            each write is atomic. The sum that is taken between the two writes lacks the money \
            under way. The cure is a lock around each scope.",
    citation: "Farzan & Madhusudan, \"Monitoring atomicity in concurrent programs\", CAV 2008",
    racy,
    fixed,
    kind: Kind::Atomicity,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("half_seen.rs"),
};

type Bank = DashMap<&'static str, i32>;

/// What a scope does with a balance.
#[derive(Clone, Copy)]
enum Op {
    Read,
    Add(i32),
}

impl Op {
    #[track_caller]
    fn apply(self, bank: &Bank, account: &str) -> i32 {
        match self {
            Op::Read => *bank.get(account).unwrap(),
            Op::Add(amount) => {
                let mut balance = bank.get_mut(account).unwrap();
                *balance += amount;
                *balance
            }
        }
    }
}

#[fidge::atomic]
fn both(env: &Env, bank: &Bank, ops: [Op; 2], steps: [u32; 2]) -> i32 {
    let savings = env.step(steps[0], || mark!(A, ops[0].apply(bank, "savings")));
    let current = env.step(steps[1], || mark!(B, ops[1].apply(bank, "current")));
    savings + current
}

fn program(env: &Env, scope: impl Fn(&dyn Fn() -> i32) -> i32 + Sync) -> Outcome {
    let bank = Bank::new();
    bank.insert("savings", 100);
    bank.insert("current", 0);
    let sum = thread::scope(|s| {
        s.spawn(|| scope(&|| both(env, &bank, [Op::Add(-50), Op::Add(50)], [0, 3])));
        let sum = s.spawn(|| scope(&|| both(env, &bank, [Op::Read, Op::Read], [1, 2])));
        sum.join().unwrap()
    });
    Outcome::wrong_if(sum != 100)
}

fn racy(env: &Env) -> Outcome {
    program(env, |both| both())
}

fn fixed(env: &Env) -> Outcome {
    let bank = Mutex::new(());
    program(env, |both| {
        let _held = bank.lock().unwrap();
        both()
    })
}
