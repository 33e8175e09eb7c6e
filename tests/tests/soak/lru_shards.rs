//! An LRU cache of shards, each with a lock of its own, and counters of hits and misses beside them.

use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicU64, Ordering::Relaxed};
use fidge::thread;

#[derive(Default)]
struct Shard {
    /// The value, and when it was used last by the shard's own count.
    entries: HashMap<u64, (u64, u64)>,
    uses: u64,
}

struct Cache {
    shards: [Mutex<Shard>; 4],
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Cache {
    fn square(&self, n: u64) -> u64 {
        let mut shard = self.shards[n as usize % 4].lock().unwrap();
        shard.uses += 1;
        let now = shard.uses;
        if let Some((value, used)) = shard.entries.get_mut(&n) {
            *used = now;
            self.hits.fetch_add(1, Relaxed);
            return *value;
        }
        self.misses.fetch_add(1, Relaxed);
        if shard.entries.len() == 2 {
            let oldest = shard.entries.iter().min_by_key(|(_, (_, used))| *used);
            let oldest = *oldest.expect("two entries").0;
            shard.entries.remove(&oldest);
        }
        shard.entries.insert(n, (n * n, now));
        n * n
    }
}

#[test]
fn every_lookup_is_a_hit_or_a_miss() {
    crate::soak(|| {
        let cache = Cache {
            shards: Default::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        };
        thread::scope(|s| {
            for worker in 0..4 {
                let cache = &cache;
                s.spawn(move || {
                    for step in 0..50 {
                        let n = step * (worker + 1) % 13;
                        assert_eq!(cache.square(n), n * n);
                    }
                });
            }
        });
        assert_eq!(cache.hits.load(Relaxed) + cache.misses.load(Relaxed), 200);
    });
}
