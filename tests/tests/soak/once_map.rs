//! A map of values that are made once each, at first use, without holding the map meanwhile.

use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicU32, Ordering::Relaxed};
use fidge::sync::{Arc, OnceLock};
use fidge::thread;

#[derive(Default)]
struct OnceMap {
    cells: DashMap<String, Arc<OnceLock<usize>>>,
}

impl OnceMap {
    fn get(&self, key: &str, make: impl FnOnce() -> usize) -> usize {
        let known = self.cells.get(key).map(|cell| Arc::clone(&cell));
        let cell =
            known.unwrap_or_else(|| Arc::clone(&self.cells.entry(key.to_owned()).or_default()));
        *cell.get_or_init(make)
    }
}

#[test]
fn each_value_is_made_once() {
    crate::soak(|| {
        let (map, made) = (OnceMap::default(), AtomicU32::new(0));
        thread::scope(|s| {
            for worker in 0..4 {
                let (map, made) = (&map, &made);
                s.spawn(move || {
                    for step in 0..20 {
                        let key = "k".repeat((step + worker) % 6);
                        let length = map.get(&key, || {
                            made.fetch_add(1, Relaxed);
                            thread::yield_now();
                            key.len()
                        });
                        assert_eq!(length, key.len());
                    }
                });
            }
        });
        assert_eq!(made.into_inner(), 6);
    });
}
