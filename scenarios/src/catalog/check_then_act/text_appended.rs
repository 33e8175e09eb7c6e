//! A value that owns memory: a text is copied, extended and put back.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "text-appended",
    story: "Two strands add a line to a document: each copies the text, appends, and inserts the \
            copy. When both copied the same text, one line is lost. The value owns memory on the \
            heap, so that whether it changed cannot be told from its bytes in the map. The cure \
            extends the text in place.",
    citation: "the lost update of Berenson et al., \"A critique of ANSI SQL isolation levels\", \
               SIGMOD 1995",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("text_appended.rs"),
};

const LINES: [&str; 2] = ["ann was there\n", "bob was there\n"];

fn program(env: &Env, append: fn(&Env, &DashMap<&str, String>, u32)) -> Outcome {
    let documents = DashMap::new();
    documents.insert("minutes", String::new());
    strands::two(|i| append(env, &documents, i));
    Outcome::wrong_if(documents.get("minutes").unwrap().lines().count() != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, documents, i| {
        let mut text = env.step(i, || mark!(A, documents.get("minutes").unwrap()).clone());
        text.push_str(LINES[i as usize]);
        env.step(2 + i, || mark!(B, documents.insert("minutes", text)));
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, documents, i| {
        let mut text = env.step(i, || documents.get_mut("minutes").unwrap());
        text.push_str(LINES[i as usize]);
    })
}
