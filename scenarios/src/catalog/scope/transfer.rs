//! Two transfers out of one account, each of which found it covered.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;

pub static SCENARIO: Scenario = Scenario {
    class: "scope",
    name: "transfer",
    story: "A transfer looks whether the account is covered, takes the money off it and adds it \
            to another. Each balance is changed under a guard, so no update is lost; but two \
            transfers that both look first overdraw the account. The cure looks and takes under \
            one guard.",
    citation: "Flanagan, Freund & Yi, \"Velodrome\", PLDI 2008; Mathur & Viswanathan, \"Atomicity \
               checking in linear time using vector clocks\" (AeroDrome), ASPLOS 2020",
    racy,
    fixed,
    kind: Kind::Atomicity,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("transfer.rs"),
};

type Bank = DashMap<&'static str, i32>;

fn program(env: &Env, withdraw: fn(&Env, &Bank, u32) -> bool) -> Outcome {
    let bank = Bank::new();
    for (owner, balance) in [("alice", 100), ("bob", 0), ("carol", 0)] {
        bank.insert(owner, balance);
    }
    strands::two(|i| {
        fidge::atomic_scope!("transfer");
        if withdraw(env, &bank, i) {
            *bank.get_mut(["bob", "carol"][i as usize]).unwrap() += 80;
        }
    });
    Outcome::wrong_if(*bank.get("alice").unwrap() < 0)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, bank, i| {
        let covered = env.step(i, || *mark!(A, bank.get("alice").unwrap()) >= 80);
        if covered {
            env.step(2 + i, || *mark!(B, bank.get_mut("alice").unwrap()) -= 80);
        }
        covered
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, bank, i| {
        let mut alice = env.step(i, || bank.get_mut("alice").unwrap());
        let covered = *alice >= 80;
        if covered {
            *alice -= 80;
        }
        covered
    })
}
