//! A reader-writer lock and a mutex in both orders.

use super::Table;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::{Mutex, RwLock};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "lock-order",
    name: "rwlock-and-mutex",
    story: "Whoever changes the configuration logs it while the write lock is held; whoever logs \
            looks up the format in the configuration while the log is locked. The cure only tries \
            the second lock, and gives the first back where it fails.",
    citation: "Bensalem & Havelund, \"Dynamic deadlock analysis of multi-threaded programs\", HVC \
               2005",
    racy,
    fixed,
    kind: Kind::LockOrder,
    depth: 2,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("rwlock_and_mutex.rs"),
};

struct Service {
    config: RwLock<u32>,
    log: Mutex<Vec<u32>>,
    table: Table,
}

fn configure(env: &Env, service: &Service) -> Outcome {
    let (mut config, outcome) = service
        .table
        .first(env, 0, || service.config.write().unwrap());
    let mut log = mark!(A, service.log.lock().unwrap());
    service.table.second();
    *config += 1;
    log.push(*config);
    outcome
}

fn log(env: &Env, service: &Service) -> Outcome {
    let (mut log, outcome) = service.table.first(env, 1, || service.log.lock().unwrap());
    let config = mark!(B, service.config.read().unwrap());
    service.table.second();
    log.push(*config);
    outcome
}

fn log_by_trying(env: &Env, service: &Service) -> Outcome {
    env.step(1, || ());
    loop {
        let mut log = service.log.lock().unwrap();
        if let Ok(config) = service.config.try_read() {
            log.push(*config);
            return Outcome::Right;
        }
        drop(log);
        thread::yield_now();
    }
}

fn program(env: &Env, log: fn(&Env, &Service) -> Outcome) -> Outcome {
    let service = Service {
        config: RwLock::new(0),
        log: Mutex::new(Vec::new()),
        table: Table::new(2),
    };
    let outcomes = thread::scope(|s| {
        let configure = s.spawn(|| configure(env, &service));
        let log = s.spawn(|| log(env, &service));
        [configure, log].map(|strand| strand.join().unwrap())
    });
    Outcome::wrong_if(outcomes.contains(&Outcome::Wrong))
}

fn racy(env: &Env) -> Outcome {
    program(env, log)
}

fn fixed(env: &Env) -> Outcome {
    program(env, log_by_trying)
}
