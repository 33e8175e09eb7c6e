//! Two helpers of a growth claim one bucket, and the growth ends a bucket early.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::gomap::{Bug, Concurrent};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "resize",
    name: "bucket-claimed-twice",
    story: "Threads that help a map to grow claim the next bucket to move by a counter, and count \
            the buckets that they are done with; when all are done the old array is dropped. The \
            counter of claims is loaded and then stored. Two helpers claim the same bucket, both \
            count it, and the last bucket is dropped unmoved.",
    citation: "java.util.concurrent.ConcurrentHashMap: transferIndex, which helpers claim \
               by compareAndSet",
    racy,
    fixed,
    kind: Kind::StaleWrite,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("bucket_claimed_twice.rs"),
};

/// Helps once. The two steps are those of the racy program's schedule.
fn help(env: &Env, map: &Concurrent, steps: [u32; 2]) {
    let next = env.step(steps[0], || mark!(A, map.unclaimed()));
    let Some(bucket) = next else { return };
    if env.step(steps[1], || mark!(B, map.claim(bucket))) {
        map.sweep(bucket);
    }
}

fn program(env: &Env, bug: Bug) -> Outcome {
    let (map, count) = Concurrent::full(2, bug);
    map.insert(count, count); // the growth starts, and sweeps bucket 0
    thread::scope(|s| {
        s.spawn(|| help(env, &map, [0, 3]));
        s.spawn(|| help(env, &map, [1, 2]));
    });
    while map.help() {}
    Outcome::wrong_if(!(0..=count).all(|key| map.get(key) == Some(key)))
}

fn racy(env: &Env) -> Outcome {
    program(env, Bug::ClaimByStore)
}

fn fixed(env: &Env) -> Outcome {
    program(env, Bug::None)
}
