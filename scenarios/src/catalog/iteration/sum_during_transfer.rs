//! Balances are added up while money moves.

use crate::hidden::Hidden;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards::{self, Sharded};
use fidge::Kind;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "iteration",
    name: "sum-during-transfer",
    story: "An auditor adds up all balances. A transfer from an account that was counted to one \
            that was not yet is counted twice. The transfer happens at one place of the \
            iteration, as far as only chance says which. The cure is a lock around the iteration \
            and around the transfer.",
    citation: "https://github.com/xacrimon/dashmap/issues/13: fully consistent iteration",
    racy,
    fixed,
    kind: Kind::Iteration,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("sum_during_transfer.rs"),
};

// The accounts' shards, which the iterator visits in their order.
const PAYER: u64 = 0;
const BETWEEN: u64 = 1;
const PAYEE: u64 = 3;

#[track_caller]
fn transfer(bank: &Sharded<u32>) {
    *bank.get_mut(&PAYER).unwrap() -= 10;
    *bank.get_mut(&PAYEE).unwrap() += 10;
}

fn program(
    env: &Env,
    transfer: impl Fn(&Sharded<u32>) + Sync,
    total: impl Fn(&Sharded<u32>) -> u32 + Sync + Send,
) -> Outcome {
    let bank = shards::map();
    for account in [PAYER, BETWEEN, PAYEE] {
        bank.insert(account, 100);
    }
    let total = thread::scope(|s| {
        s.spawn(|| env.step(1, || transfer(&bank)));
        s.spawn(|| total(&bank)).join().unwrap()
    });
    Outcome::wrong_if(total != 300)
}

fn racy(env: &Env) -> Outcome {
    // Given up between the two: the transfer falls before, there, or after.
    let turn = Hidden::new(());
    program(
        env,
        |bank| {
            let _mine = turn.open();
            mark!(B, transfer(bank));
        },
        |bank| {
            let mut mine = turn.open();
            let mut total = 0;
            for balance in mark!(A, bank.iter()) {
                total += *balance;
                if *balance.key() == BETWEEN {
                    drop(mine);
                    env.step(0, || ());
                    env.step(2, || ());
                    mine = turn.open();
                }
            }
            drop(mine);
            total
        },
    )
}

fn fixed(env: &Env) -> Outcome {
    let moving = Mutex::new(());
    program(
        env,
        |bank| {
            let _held = moving.lock().unwrap();
            transfer(bank);
        },
        |bank| {
            let _held = moving.lock().unwrap();
            bank.iter().map(|balance| *balance).sum()
        },
    )
}
