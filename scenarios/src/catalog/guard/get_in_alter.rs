//! The closure that alters an entry reads another one.

use super::attempt;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::shards::{self, Sharded};
use fidge::Kind;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

pub static SCENARIO: Scenario = Scenario {
    class: "guard",
    name: "get-in-alter",
    story: "A salary is altered by a rate from the same map. `alter` runs its closure while it \
            holds the shard for writing, so the closure's lookup waits for its own caller. The \
            cure looks up the rate before.",
    citation: "https://github.com/stratum-mining/sv2-apps/pull/368, the review: callbacks under a \
               guard",
    racy,
    fixed,
    kind: Kind::GuardDeadlock,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Schedule,
    source: source!("get_in_alter.rs"),
};

fn rate(salaries: &Sharded<u64>) -> u64 {
    *mark!(B, salaries.get(&0).unwrap())
}

fn racy(_: &Env) -> Outcome {
    attempt(|| {
        let (salaries, refused) = (shards::map(), Cell::new(false));
        salaries.insert(0, 2);
        salaries.insert(4, 1000);
        // dashmap aborts the process if the closure panics.
        let raised = |_: &u64, salary| {
            let rate = catch_unwind(AssertUnwindSafe(|| rate(&salaries)));
            refused.set(rate.is_err());
            salary * rate.unwrap_or(1)
        };
        mark!(A, salaries.alter(&4, raised));
        Outcome::wrong_if(refused.get())
    })
}

fn fixed(_: &Env) -> Outcome {
    let salaries = shards::map();
    salaries.insert(0, 2);
    salaries.insert(4, 1000);
    let rate = *salaries.get(&0).unwrap();
    salaries.alter(&4, |_, salary| salary * rate);
    Outcome::wrong_if(*salaries.get(&4).unwrap() != 2000)
}
