//! A cache whose entries expire by a clock: lookups refuse what is old, a sweeper takes it out.

use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use fidge::thread;

const TTL: u64 = 5;

#[derive(Clone, Copy)]
struct Entry {
    value: u64,
    expires: u64,
}

struct Cache {
    clock: AtomicU64,
    entries: DashMap<u64, Entry>,
}

impl Cache {
    fn now(&self) -> u64 {
        self.clock.load(SeqCst)
    }

    fn get(&self, key: u64) -> Option<u64> {
        let now = self.now();
        let entry = self.entries.get(&key)?;
        (entry.expires > now).then_some(entry.value)
    }

    fn put(&self, key: u64, value: u64) {
        let expires = self.now() + TTL;
        fidge::allow_race!(StaleWrite, "two that fetched the same: the later one stays");
        self.entries.insert(key, Entry { value, expires });
    }

    fn sweep(&self) {
        let now = self.now();
        self.entries.retain(|_, entry| entry.expires > now);
    }

    fn forget_if_old(&self, key: u64) {
        let now = self.now();
        self.entries
            .remove_if(&key, |_, entry| entry.expires <= now);
    }
}

#[test]
fn what_is_old_is_never_served() {
    crate::soak(|| {
        let cache = Cache {
            clock: AtomicU64::new(0),
            entries: DashMap::new(),
        };
        let done = AtomicBool::new(false);
        thread::scope(|s| {
            let workers: Vec<_> = (0..3)
                .map(|worker| {
                    let cache = &cache;
                    s.spawn(move || {
                        for step in 0..40 {
                            let key = (step + worker) % 5;
                            match cache.get(key) {
                                Some(value) => assert_eq!(value, key * 10),
                                None => cache.put(key, key * 10),
                            }
                            if step % 8 == 0 {
                                cache.forget_if_old(key);
                            }
                        }
                    })
                })
                .collect();
            s.spawn(|| {
                while !done.load(Relaxed) {
                    cache.clock.fetch_add(1, SeqCst);
                    cache.sweep();
                    thread::yield_now();
                }
            });
            for worker in workers {
                worker.join().unwrap();
            }
            done.store(true, Relaxed);
        });
        cache.clock.fetch_add(TTL, SeqCst);
        cache.sweep();
        assert!(cache.entries.is_empty());
    });
}
