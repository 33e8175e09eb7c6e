//! Heartbeats: workers write when they were last alive, a monitor takes out the silent ones.

use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use fidge::thread;

#[derive(Default)]
struct Monitor {
    clock: AtomicU64,
    last_seen: DashMap<String, u64>,
    newest: AtomicU64,
}

impl Monitor {
    /// Any thread may beat for any worker; the last writer wins.
    fn beat(&self, worker: &str) {
        let now = self.clock.fetch_add(1, Relaxed);
        self.last_seen.insert(worker.to_owned(), now);
        self.newest.store(now, Relaxed);
    }

    fn age(&self, worker: &str) -> Option<u64> {
        let seen = *self.last_seen.get(worker)?;
        Some(self.clock.load(Relaxed).saturating_sub(seen))
    }

    fn reap(&self, limit: u64) -> usize {
        let now = self.clock.load(Relaxed);
        let before = self.last_seen.len();
        self.last_seen
            .retain(|_, seen| now.saturating_sub(*seen) < limit);
        before.saturating_sub(self.last_seen.len())
    }
}

#[test]
fn who_beats_is_known() {
    crate::soak(|| {
        let (monitor, live) = (Monitor::default(), AtomicUsize::new(3));
        thread::scope(|s| {
            for worker in 0..3 {
                let (monitor, live) = (&monitor, &live);
                s.spawn(move || {
                    let names = ["red", "green", "blue"];
                    for n in 0..20 {
                        let (own, other) = (names[worker], names[(worker + n) % 3]);
                        monitor.beat(own);
                        // A sign of life of whom we talked to.
                        if monitor.age(other).is_none_or(|age| age > 4) {
                            monitor.beat(other);
                        }
                        assert!(monitor.newest.load(Relaxed) < monitor.clock.load(Relaxed));
                    }
                    live.fetch_sub(1, Relaxed);
                });
            }
            s.spawn(|| {
                while live.load(Relaxed) > 0 {
                    monitor.reap(1_000);
                    thread::yield_now();
                }
            });
        });
        assert_eq!(monitor.last_seen.len(), 3);
        monitor.clock.fetch_add(2_000, Relaxed);
        assert_eq!(monitor.reap(1_000), 3);
    });
}
