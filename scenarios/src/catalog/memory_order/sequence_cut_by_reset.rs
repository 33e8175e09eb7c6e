//! Another thread's plain store stands between release and acquire.

use crate::hidden::Barrier;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::subjects::exporter::{Bug, Exporter, Snapshot};
use fidge::Kind;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "memory_order",
    name: "sequence-cut-by-reset",
    story: "An exporter has published a page. A second thread begins another scrape: it loads \
            the state, adds the scrape and stores the sum. Were that one addition, it would \
            continue the release sequence of the publication. The scraper finds page and \
            scrape in the state, and the page is not ordered before it.",
    citation: "C++20 [intro.races], release sequences: a store of another thread ends one, a \
               read-modify-write does not",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 2,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("sequence_cut_by_reset.rs"),
};

fn program(env: &Env, bug: Option<Bug>) -> Outcome {
    let exporter = Exporter::new(1, bug);
    let page = Snapshot { count: 2, sum: 10 };
    // std's barriers: the scraper does not see the state before the reset, which would order the pair.
    let (published, reset) = (Barrier::new(2), Barrier::new(2));
    let scraped = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, exporter.publish(page));
            published.wait();
        });
        s.spawn(|| {
            published.wait();
            exporter.rescrape();
            reset.wait();
        });
        let scraper = s.spawn(|| {
            reset.wait();
            mark!(B, exporter.scrape())
        });
        scraper.join().unwrap()
    });
    Outcome::wrong_if(scraped != Some((page, 1)))
}

fn racy(env: &Env) -> Outcome {
    program(env, Some(Bug::PlainReset))
}

fn fixed(env: &Env) -> Outcome {
    program(env, None)
}
