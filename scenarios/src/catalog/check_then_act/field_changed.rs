//! A structure is copied, one field of it changed, and put back.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;

pub static SCENARIO: Scenario = Scenario {
    class: "check-then-act",
    name: "field-changed",
    story: "Ada changes her mail address, and a clerk her telephone number. Each copies her \
            record, changes one field and inserts the copy. The fields differ, and still whoever \
            inserts later undoes the other's change. The cure alters the record in place.",
    citation: "Fowler, \"Patterns of enterprise application architecture\", 2002: optimistic \
               offline lock",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("field_changed.rs"),
};

#[derive(Clone, Default)]
struct Person {
    mail: String,
    telephone: u64,
}

impl Person {
    fn changed(mut self, i: u32) -> Self {
        match i {
            0 => self.mail = "ada@example.org".to_owned(),
            _ => self.telephone = 1815,
        }
        self
    }
}

fn program(env: &Env, change: fn(&Env, &DashMap<&str, Person>, u32)) -> Outcome {
    let people = DashMap::new();
    people.insert("ada", Person::default());
    strands::two(|i| change(env, &people, i));
    let ada = people.get("ada").unwrap();
    Outcome::wrong_if(ada.mail.is_empty() || ada.telephone == 0)
}

fn racy(env: &Env) -> Outcome {
    program(env, |env, people, i| {
        let ada = env.step(i, || mark!(A, people.get("ada").unwrap()).clone());
        let ada = ada.changed(i);
        env.step(2 + i, || mark!(B, people.insert("ada", ada)));
    })
}

fn fixed(env: &Env) -> Outcome {
    program(env, |env, people, i| {
        env.step(i, || people.alter("ada", |_, ada| ada.changed(i)));
    })
}
