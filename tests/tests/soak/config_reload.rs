//! A configuration that is reloaded: readers take an `Arc` of the present one, whole.

use fidge::collections::HashMap;
use fidge::sync::atomic::{AtomicU64, Ordering::Relaxed};
use fidge::sync::{Arc, RwLock};
use fidge::thread;

struct Config {
    version: u64,
    values: HashMap<String, u64>,
}

impl Config {
    fn parse(version: u64) -> Self {
        let values = ["width", "height"].map(|name| (name.to_owned(), version * 10));
        Config {
            version,
            values: values.into(),
        }
    }
}

struct Settings {
    current: RwLock<Arc<Config>>,
    /// For whoever only wants to know whether something changed.
    version: AtomicU64,
}

impl Settings {
    fn get(&self) -> Arc<Config> {
        Arc::clone(&self.current.read().unwrap())
    }

    fn reload(&self) {
        let next = self.get().version + 1;
        // Parsed without the lock; who was faster has loaded the same or something newer.
        let config = Arc::new(Config::parse(next));
        let mut current = self.current.write().unwrap();
        if current.version < next {
            *current = config;
            self.version.store(next, Relaxed);
        }
    }
}

#[test]
fn a_configuration_is_of_one_version() {
    crate::soak(|| {
        let settings = Settings {
            current: RwLock::new(Arc::new(Config::parse(0))),
            version: AtomicU64::new(0),
        };
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| (0..10).for_each(|_| settings.reload()));
                s.spawn(|| {
                    let mut config = settings.get();
                    for _ in 0..40 {
                        if settings.version.load(Relaxed) != config.version {
                            config = settings.get();
                        }
                        assert!(config.values.values().all(|v| *v == config.version * 10));
                    }
                });
            }
        });
        let last = settings.get().version;
        assert!((10..=20).contains(&last));
        assert_eq!(settings.version.into_inner(), last);
    });
}
