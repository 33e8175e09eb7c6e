//! A map, and an atomic that says how many it has.

use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use crate::strands;
use fidge::Kind;
use fidge::dashmap::DashMap;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicUsize, Ordering};

pub static SCENARIO: Scenario = Scenario {
    class: "scope",
    name: "map-and-counter",
    story: "Whoever joins a club is put into its map, and the number of members into an atomic \
            for those who only want that. To join and to count is done under a lock, the number \
            is stored after it; a store that comes late puts back an old number. The cure is a \
            lock around both.",
    citation: "Lu et al., \"MUVI: automatically inferring multi-variable access correlations\", \
               SOSP 2007",
    racy,
    fixed,
    kind: Kind::Atomicity,
    depth: 2,
    expectation: Expectation::Manifested,
    certificate: Certificate::Schedule,
    source: source!("map_and_counter.rs"),
};

#[derive(Default)]
struct Members {
    counting: Mutex<()>,
    by_id: DashMap<u32, ()>,
}

impl Members {
    /// Adds a member; how many there are now.
    #[track_caller]
    fn joined(&self, who: u32) -> usize {
        let _held = self.counting.lock().unwrap();
        self.by_id.insert(who, ());
        self.by_id.len()
    }
}

fn program(env: &Env, join: impl Fn(&dyn Fn()) + Sync) -> Outcome {
    let (members, size) = (Members::default(), AtomicUsize::new(0));
    strands::two(|i| {
        join(&|| {
            fidge::atomic_scope!("join", {
                let len = env.step(i, || mark!(A, members.joined(i)));
                env.step(3 - i, || mark!(B, size.store(len, Ordering::Relaxed)));
            })
        });
    });
    Outcome::wrong_if(size.load(Ordering::Relaxed) != 2)
}

fn racy(env: &Env) -> Outcome {
    program(env, |join| join())
}

fn fixed(env: &Env) -> Outcome {
    let joining = Mutex::new(());
    program(env, |join| {
        let _held = joining.lock().unwrap();
        join();
    })
}
