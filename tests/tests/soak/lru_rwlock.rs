//! An LRU cache behind a reader-writer lock: hits are noted in atomics, so that they need only read.

use fidge::collections::HashMap;
use fidge::sync::atomic::{AtomicU64, Ordering::Relaxed};
use fidge::sync::{Arc, RwLock};
use fidge::thread;

const CAPACITY: usize = 4;

struct Entry {
    value: u64,
    used: AtomicU64,
}

#[derive(Default)]
struct Cache {
    clock: AtomicU64,
    entries: RwLock<HashMap<u64, Arc<Entry>>>,
}

impl Cache {
    fn get(&self, key: u64) -> u64 {
        let now = self.clock.fetch_add(1, Relaxed);
        if let Some(entry) = self.entries.read().unwrap().get(&key) {
            entry.used.fetch_max(now, Relaxed);
            return entry.value;
        }
        let value = key * key;
        let mut entries = self.entries.write().unwrap();
        // Somebody may have been faster.
        if !entries.contains_key(&key) {
            if entries.len() == CAPACITY {
                let oldest = entries
                    .iter()
                    .min_by_key(|(_, entry)| entry.used.load(Relaxed));
                let (&victim, _) = oldest.expect("it is full");
                entries.remove(&victim);
            }
            let used = AtomicU64::new(now);
            entries.insert(key, Arc::new(Entry { value, used }));
        }
        value
    }
}

#[test]
fn it_never_holds_more_than_it_may() {
    crate::soak(|| {
        let cache = Cache::default();
        thread::scope(|s| {
            for reader in 0..3 {
                let cache = &cache;
                s.spawn(move || {
                    for step in 0..40 {
                        let key = (step * 7 + reader) % 9;
                        assert_eq!(cache.get(key), key * key);
                        assert!(cache.entries.read().unwrap().len() <= CAPACITY);
                    }
                });
            }
        });
    });
}
