//! A read-through cache: who misses loads, under the entry, so that each key is loaded once.

use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicU32, Ordering::Relaxed};
use fidge::thread;

struct Store {
    loads: AtomicU32,
    cache: DashMap<u32, String>,
}

impl Store {
    fn load(&self, id: u32) -> String {
        self.loads.fetch_add(1, Relaxed);
        format!("user-{id}@example.org")
    }

    fn get(&self, id: u32) -> String {
        if let Some(known) = self.cache.get(&id) {
            return known.clone();
        }
        self.cache
            .entry(id)
            .or_insert_with(|| self.load(id))
            .clone()
    }
}

#[test]
fn each_key_is_loaded_once() {
    crate::soak(|| {
        let store = Store {
            loads: AtomicU32::new(0),
            cache: DashMap::new(),
        };
        thread::scope(|s| {
            for worker in 0..4 {
                let store = &store;
                s.spawn(move || {
                    for step in 0..40 {
                        let id = (step * 7 + worker) % 10;
                        assert!(store.get(id).starts_with(&format!("user-{id}@")));
                    }
                });
            }
        });
        assert_eq!(store.loads.load(Relaxed), 10);
    });
}
