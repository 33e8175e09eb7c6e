//! A page is published without the fence before it.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::exporter::{Bug, Exporter, Snapshot};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "memory_order",
    name: "missing-release-fence",
    story: "An exporter writes a page and adds one to the number of pages, relaxed, since a \
            release fence stands before it. The fence was lost when the function was split. \
            The scraper acquires, and there is nothing to acquire.",
    citation: "C++20 [atomics.fences]; Alglave, Maranget & Tautschnig, \"Herding cats\", TOPLAS \
               2014: message passing without its first fence",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("missing_release_fence.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let exporter = Exporter::new(1, bug);
    let page = Snapshot { count: 2, sum: 10 };
    let scraped = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, exporter.publish(page));
        });
        let scraper = s.spawn(|| {
            loop {
                if let Some((page, _)) = mark!(B, exporter.scrape()) {
                    break page;
                }
                thread::yield_now();
            }
        });
        scraper.join().unwrap()
    });
    Outcome::wrong_if(scraped != page)
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::NoReleaseFence))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
