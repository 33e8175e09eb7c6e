//! Metrics that many update and one exports: a lock makes what is exported one moment's.

use fidge::collections::HashMap;
use fidge::sync::{Condvar, Mutex, RwLock};
use fidge::thread;

#[derive(Default)]
struct Metrics {
    /// Held shared by updates, which are atomic for each name, and exclusively by exports.
    gate: RwLock<()>,
    counters: Mutex<HashMap<&'static str, u64>>,
    exports: Mutex<Vec<(u64, u64)>>,
    exported: Condvar,
}

impl Metrics {
    fn bump(&self, name: &'static str) {
        *self.counters.lock().unwrap().entry(name).or_insert(0) += 1;
    }

    fn request(&self, failed: bool) {
        let _shared = self.gate.read().unwrap();
        self.bump("requests");
        self.bump(if failed { "failed" } else { "fine" });
    }

    fn export(&self) {
        let snapshot = {
            let _alone = self.gate.write().unwrap();
            self.counters.lock().unwrap().clone()
        };
        let of = |name| snapshot.get(name).copied().unwrap_or(0);
        let export = (of("requests"), of("failed") + of("fine"));
        self.exports.lock().unwrap().push(export);
        self.exported.notify_all();
    }
}

#[test]
fn an_export_adds_up() {
    crate::soak(|| {
        let metrics = Metrics::default();
        thread::scope(|s| {
            for worker in 0..3 {
                let metrics = &metrics;
                s.spawn(move || (0..30).for_each(|n| metrics.request((n + worker) % 4 == 0)));
            }
            s.spawn(|| (0..6).for_each(|_| metrics.export()));
            let mut exports = metrics.exports.lock().unwrap();
            while exports.len() < 6 {
                exports = metrics.exported.wait(exports).unwrap();
            }
        });
        metrics.export();
        let exports = metrics.exports.into_inner().unwrap();
        assert!(exports.iter().all(|(requests, ended)| requests == ended));
        assert_eq!(exports.last(), Some(&(90, 90)));
    });
}
