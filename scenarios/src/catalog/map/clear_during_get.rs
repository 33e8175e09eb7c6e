//! One thread empties the map while another reads from it.

use crate::hidden::Hidden;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "map",
    name: "clear-during-get",
    story: "A cache is emptied when the configuration is reloaded, while a request copies a value \
            out of it. `clear` drops the values in place; the request may copy one that has just \
            been freed.",
    citation: "Serebryany & Iskhodzhanov, \"ThreadSanitizer: data race detection in practice\", WBIA \
               2009, section 6: races on objects that are being destroyed",
    racy,
    fixed,
    kind: Kind::MapRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("clear_during_get.rs"),
};

fn cache() -> HashMap<u32, String> {
    HashMap::from([(7, "seven".to_owned())])
}

fn as_meant(value: Option<String>) -> bool {
    value.is_none_or(|value| value == "seven")
}

fn racy(env: &Env) -> Outcome {
    let cache = Hidden::new(cache());
    let value = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            mark!(A, cache.open().clear())
        });
        let request = s.spawn(|| {
            env.stagger(1);
            mark!(B, cache.open().get(&7).cloned())
        });
        request.join().unwrap()
    });
    Outcome::wrong_if(!as_meant(value))
}

fn fixed(env: &Env) -> Outcome {
    let cache = Mutex::new(cache());
    let value = thread::scope(|s| {
        s.spawn(|| {
            env.stagger(0);
            cache.lock().unwrap().clear()
        });
        let request = s.spawn(|| {
            env.stagger(1);
            cache.lock().unwrap().get(&7).cloned()
        });
        request.join().unwrap()
    });
    Outcome::wrong_if(!as_meant(value))
}
