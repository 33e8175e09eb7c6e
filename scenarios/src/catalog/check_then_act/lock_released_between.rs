//! A map behind a mutex that is let go between reading and writing.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::collections::HashMap;
use fidge::sync::Mutex;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "lock-released-between",
    story: "Two customers buy apples, one and two. Each looks up the stock under the lock, and \
            takes the lock anew to write back what is left. Every access to the map is under its \
            lock, so no access races; a sale is lost all the same. The cure keeps the lock from \
            the first access to the last.",
    citation: "Artho, Havelund & Biere, \"High-level data races\", STVR 2003",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("lock_released_between.rs"),
};

fn program(env: &Env, sell: fn(&Env, &Mutex<HashMap<&str, u32>>, u32)) -> Outcome {
    let stock = Mutex::new(HashMap::from([("apple", 10)]));
    strands::two(|i| sell(env, &stock, i));
    Outcome::wrong_if(stock.lock().unwrap()["apple"] != 7)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, stock, i| {
        let apples = env.step(i, || mark!(A, stock.lock().unwrap().get("apple").copied()));
        let left = apples.unwrap() - (1 + i);
        env.step(2 + i, || {
            mark!(B, stock.lock().unwrap().insert("apple", left))
        });
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, stock, i| {
        let mut stock = env.step(i, || stock.lock().unwrap());
        let apples = stock.get("apple").copied().unwrap();
        env.step(2 + i, || stock.insert("apple", apples - (1 + i)));
    })
}
