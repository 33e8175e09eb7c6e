//! Two strands insert under one key, and the later one wins.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "order-notes",
    name: "two-inserts",
    story: "The defaults are loaded while the user's choice comes in. Both are inserted under the \
            same key without a look at what is there; that the user's choice wins is left to \
            chance. The cure inserts it when the defaults have been loaded.",
    citation: "Dimitrov, Raychev, Vechev & Koskinen, \"Commutativity race detection\", PLDI 2014",
    racy,
    fixed,
    kind: Kind::Unordered,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("two_inserts.rs"),
};

fn program(
    env: &Env,
    choose: impl FnOnce(&DashMap<&str, &str>, thread::ScopedJoinHandle<'_, ()>) + Send,
) -> Outcome {
    let settings = DashMap::new();
    thread::scope(|s| {
        let defaults = s.spawn(|| {
            env.step(1, || mark!(A, settings.insert("theme", "light")));
        });
        let settings = &settings;
        s.spawn(move || choose(settings, defaults));
    });
    Outcome::wrong_if(*settings.get("theme").unwrap() != "dark")
}

fn racy(env: &Env) -> Outcome {
    program(env, |settings, _| {
        env.step(0, || mark!(B, settings.insert("theme", "dark")));
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |settings, defaults| {
        defaults.join().unwrap();
        env.step(0, || settings.insert("theme", "dark"));
    })
}
