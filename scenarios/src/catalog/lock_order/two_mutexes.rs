//! Ledger and audit, audit and ledger.

use super::Table;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "lock-order",
    name: "two-mutexes",
    story: "A deposit locks the ledger and then the audit; a report locks the audit and then the \
            ledger. As long as the one happens to be through before the other comes, all is well. \
            The cure takes the ledger first everywhere.",
    citation: "Havelund, \"Using runtime analysis to guide model checking of Java programs\", \
               SPIN 2000: the GoodLock algorithm",
    racy,
    fixed,
    kind: Kind::LockOrder,
    depth: 2,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("two_mutexes.rs"),
};

struct Bank {
    ledger: Mutex<u32>,
    audit: Mutex<u32>,
    table: Table,
}

fn deposit(env: &Env, bank: &Bank) -> Outcome {
    let (mut ledger, outcome) = bank.table.first(env, 0, || bank.ledger.lock().unwrap());
    let mut audit = mark!(A, bank.audit.lock().unwrap());
    bank.table.second();
    *ledger += 1;
    *audit += 1;
    outcome
}

fn report(env: &Env, bank: &Bank) -> Outcome {
    let (audit, outcome) = bank.table.first(env, 1, || bank.audit.lock().unwrap());
    let ledger = mark!(B, bank.ledger.lock().unwrap());
    bank.table.second();
    assert_eq!(*ledger, *audit);
    outcome
}

fn report_in_order(env: &Env, bank: &Bank) -> Outcome {
    let (ledger, outcome) = bank.table.first(env, 1, || bank.ledger.lock().unwrap());
    let audit = bank.audit.lock().unwrap();
    bank.table.second();
    assert_eq!(*ledger, *audit);
    outcome
}

fn program(env: &Env, report: fn(&Env, &Bank) -> Outcome) -> Outcome {
    let bank = Bank {
        ledger: Mutex::new(0),
        audit: Mutex::new(0),
        table: Table::new(2),
    };
    let outcomes = thread::scope(|s| {
        let deposit = s.spawn(|| deposit(env, &bank));
        let report = s.spawn(|| report(env, &bank));
        [deposit, report].map(|strand| strand.join().unwrap())
    });
    Outcome::wrong_if(outcomes.contains(&Outcome::Wrong))
}

fn racy(env: &Env) -> Outcome {
    program(env, report)
}

fn fixed(env: &Env) -> Outcome {
    program(env, report_in_order)
}
