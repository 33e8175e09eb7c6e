//! An entry is replaced and removed by strands that do not know of each other.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::sync::mpsc;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "order-notes",
    name: "insert-and-remove",
    story: "A connection is noted while it shakes hands, noted as open by the strand that accepts it, and \
            taken off by the one that sees it close. Where closing comes first, the removal takes \
            the handshake off and the open connection stays for ever. The cure hands the \
            connection over once it is noted as open.",
    citation: "Dimitrov, Raychev, Vechev & Koskinen, \"Commutativity race detection\", PLDI 2014",
    racy,
    fixed,
    kind: Kind::Unordered,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("insert_and_remove.rs"),
};

type Connections = DashMap<u64, &'static str>;

fn program(env: &Env, accept: fn(&Env, &Connections, mpsc::Sender<()>)) -> Outcome {
    let connections = Connections::new();
    connections.insert(7, "handshake");
    let (accepted, accepts) = mpsc::channel();
    thread::scope(|s| {
        let connections = &connections;
        s.spawn(move || accept(env, connections, accepted));
        s.spawn(move || {
            accepts.recv().unwrap();
            env.step(0, || mark!(B, connections.remove(&7)));
        });
    });
    Outcome::wrong_if(!connections.is_empty())
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, connections, accepted| {
        accepted.send(()).unwrap();
        env.step(1, || mark!(A, connections.insert(7, "open")));
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, connections, accepted| {
        env.step(1, || connections.insert(7, "open"));
        accepted.send(()).unwrap();
    })
}
