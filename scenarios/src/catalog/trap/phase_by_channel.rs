//! A worker's write in between was asked for, and waited for, through channels.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::sync::mpsc;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "phase-by-channel",
    story: "The main strand reads a balance, has a worker book the interest, waits for its answer \
            and writes the balance of the next year, which it computed itself. The worker's write \
            lies between its read and its write, and comes as no surprise. That is correct. In \
            the racy twin the worker is not waited for.",
    citation: "phases by message passing: Hoare, \"Communicating sequential processes\", CACM \
               1978",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("phase_by_channel.rs"),
};

/// What the main strand's write replaced.
fn program(env: &Env, wait: fn(&mpsc::Receiver<()>)) -> Option<u32> {
    let balances = DashMap::new();
    balances.insert("ada", 100);
    let (request, requests) = mpsc::channel();
    let (answer, answers) = mpsc::channel();
    thread::scope(|s| {
        let balances = &balances;
        s.spawn(move || {
            let interest: u32 = requests.recv().unwrap();
            env.step(1, || *balances.get_mut("ada").unwrap() += interest);
            answer.send(()).unwrap();
        });
        let balance = env.step(0, || *mark!(A, balances.get("ada").unwrap()));
        request.send(balance / 20).unwrap();
        wait(&answers);
        env.step(2, || mark!(B, balances.insert("ada", balance * 110 / 100)))
    })
}

fn racy(env: &Env) -> Outcome {
    let replaced = program(env, |_| ());
    Outcome::wrong_if(replaced != Some(100))
}

fn fixed(env: &Env) -> Outcome {
    let replaced = program(env, |answers| answers.recv().unwrap());
    Outcome::wrong_if(replaced != Some(105))
}
