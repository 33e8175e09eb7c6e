//! A configuration behind a version: each worker keeps a copy and takes a new one when the version moved.

use fidge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use fidge::sync::{Arc, RwLock};
use fidge::thread;

struct Config {
    version: u64,
    limits: Vec<u64>,
}

struct Published {
    newest: AtomicU64,
    /// The version that all routes were last built for, whoever built them.
    built: AtomicU64,
    config: RwLock<Arc<Config>>,
}

impl Published {
    fn publish(&self, version: u64) {
        let config = Arc::new(Config {
            version,
            limits: vec![version; 3],
        });
        *self.config.write().unwrap() = config;
        self.newest.store(version, SeqCst);
    }

    fn build_routes(&self) {
        let newest = self.newest.load(SeqCst);
        if self.built.load(SeqCst) < newest {
            // Two may build the same ones, and say the same.
            thread::yield_now();
            self.built.fetch_max(newest, SeqCst);
        }
    }
}

#[test]
fn a_copy_is_of_one_version() {
    crate::soak(|| {
        let published = Published {
            newest: AtomicU64::new(0),
            built: AtomicU64::new(0),
            config: RwLock::new(Arc::new(Config {
                version: 0,
                limits: vec![0; 3],
            })),
        };
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    let mut own = Arc::clone(&published.config.read().unwrap());
                    for _ in 0..20 {
                        if own.version < published.newest.load(SeqCst) {
                            own = Arc::clone(&published.config.read().unwrap());
                        }
                        assert!(own.limits.iter().all(|limit| *limit == own.version));
                        published.build_routes();
                    }
                });
            }
            s.spawn(|| (1..=5).for_each(|version| published.publish(version)));
        });
        assert!(published.built.into_inner() <= 5);
    });
}
