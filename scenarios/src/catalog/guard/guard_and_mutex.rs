//! A guard and a mutex, taken in both orders at once.

use super::attempt;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards::{self, Sharded};
use fidge::Kind;
use fidge::dashmap::mapref::one::RefMut;
use fidge::sync::{Mutex, MutexGuard, PoisonError};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "guard-and-mutex",
    story: "A poll goes through the sessions and asks the discovery, which has a mutex, about \
            each while it holds the session. The discovery holds its mutex and asks for a \
            session. Each waits for what the other holds. The cure lets go of the session first.",
    citation: "https://github.com/saorsa-labs/ant-quic/issues/143: `iter_mut` and a mutex",
    racy,
    fixed,
    kind: Kind::GuardDeadlock,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("guard_and_mutex.rs"),
};

/// What is held in one order or the other.
trait Hold {
    type Guard<'a>
    where
        Self: 'a;

    #[track_caller]
    fn hold(&self) -> Self::Guard<'_>;
}

impl Hold for Sharded<u32> {
    type Guard<'a> = RefMut<'a, u64, u32>;

    #[track_caller]
    fn hold(&self) -> Self::Guard<'_> {
        self.get_mut(&0).unwrap()
    }
}

impl Hold for Mutex<u32> {
    type Guard<'a> = MutexGuard<'a, u32>;

    #[track_caller]
    fn hold(&self) -> Self::Guard<'_> {
        // The strand that is refused what it asks for panics with what it holds.
        self.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn sessions() -> Sharded<u32> {
    let sessions = shards::map();
    sessions.insert(0, 0);
    sessions
}

fn nested(env: &Env, i: u32, first: &impl Hold, second: &impl Hold) {
    let _first = env.step(i, || mark!(A, first.hold()));
    env.step(2 + i, || ());
    let _second = mark!(B, second.hold());
}

fn racy(env: &Env) -> Outcome {
    let env = env.clone();
    attempt(move || {
        let (sessions, discovery) = (sessions(), Mutex::new(0));
        thread::scope(|s| {
            s.spawn(|| nested(&env, 0, &sessions, &discovery));
            s.spawn(|| nested(&env, 1, &discovery, &sessions));
        });
        Outcome::Right
    })
}

fn fixed(env: &Env) -> Outcome {
    let (sessions, discovery) = (sessions(), Mutex::new(0));
    thread::scope(|s| {
        s.spawn(|| {
            let session = env.step(0, || *sessions.hold());
            *env.step(2, || discovery.hold()) += session;
        });
        s.spawn(|| nested(env, 1, &discovery, &sessions));
    });
    Outcome::Right
}
