//! Both balances are read, then both are written.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "balances-then-transfer",
    story: "Alice pays Bob and Carol at the same time. Each transfer reads both balances and then \
            writes both. When both transfers read Alice's before either writes it, she pays once, \
            and ten are made of nothing. The cure changes each balance under its guard.",
    citation: "Flanagan & Freund, \"Atomizer\", POPL 2004",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("balances_then_transfer.rs"),
};

fn program(env: &Env, pay: fn(&Env, &DashMap<&str, u32>, u32, &'static str)) -> Outcome {
    let bank = DashMap::new();
    for (owner, balance) in [("alice", 100), ("bob", 0), ("carol", 0)] {
        bank.insert(owner, balance);
    }
    strands::two(|i| pay(env, &bank, i, ["bob", "carol"][i as usize]));
    Outcome::wrong_if(bank.iter().map(|balance| *balance).sum::<u32>() != 100)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, bank, i, to| {
        let (alice, payee) = env.step(i, || {
            let alice = *mark!(A, bank.get("alice").unwrap());
            (alice, *bank.get(to).unwrap())
        });
        env.step(2 + i, || {
            mark!(B, bank.insert("alice", alice - 10));
            bank.insert(to, payee + 10);
        });
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, bank, i, to| {
        env.step(i, || *bank.get_mut("alice").unwrap() -= 10);
        env.step(2 + i, || *bank.get_mut(to).unwrap() += 10);
    })
}
