//! A registry of metrics: a counter is made at its first use, kept by who uses it, and exported by name.

use fidge::dashmap::DashMap;
use fidge::sync::Arc;
use fidge::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use fidge::thread;

#[derive(Default)]
struct Registry {
    counters: DashMap<String, Arc<AtomicU64>>,
}

impl Registry {
    fn counter(&self, name: &str) -> Arc<AtomicU64> {
        // A look first, as most names are there; `entry` looks again.
        if let Some(counter) = self.counters.get(name) {
            return Arc::clone(&counter);
        }
        let counter = self.counters.entry(name.to_owned()).or_default();
        Arc::clone(&counter)
    }

    fn export(&self) -> Vec<(String, u64)> {
        let mut all: Vec<_> = self
            .counters
            .iter()
            .map(|counter| (counter.key().clone(), counter.load(Relaxed)))
            .collect();
        all.sort();
        all
    }
}

#[test]
fn nothing_that_was_counted_is_lost() {
    crate::soak(|| {
        let registry = Registry::default();
        let done = AtomicBool::new(false);
        thread::scope(|s| {
            let workers: Vec<_> = (0..3)
                .map(|_| {
                    s.spawn(|| {
                        let requests = registry.counter("requests");
                        for request in 0..40 {
                            requests.fetch_add(1, Relaxed);
                            let status = if request % 5 == 0 { "404" } else { "200" };
                            registry.counter(status).fetch_add(1, Relaxed);
                        }
                    })
                })
                .collect();
            s.spawn(|| {
                while !done.load(Relaxed) {
                    let total: u64 = registry.export().iter().map(|(_, n)| n).sum();
                    assert!(total <= 240);
                    thread::yield_now();
                }
            });
            workers
                .into_iter()
                .for_each(|worker| worker.join().unwrap());
            done.store(true, Relaxed);
        });
        let [ok, missing, requests] = ["200", "404", "requests"].map(|name| registry.counter(name));
        assert_eq!(ok.load(Relaxed) + missing.load(Relaxed), 120);
        assert_eq!(requests.load(Relaxed), 120);
    });
}
