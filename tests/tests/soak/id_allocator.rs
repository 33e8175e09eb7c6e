//! Ids that are reused: the ones given back first, then new ones.

use fidge::collections::HashSet;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicU32, Ordering::Relaxed};
use fidge::thread;

#[derive(Default)]
struct Ids {
    next: AtomicU32,
    free: Mutex<Vec<u32>>,
}

impl Ids {
    fn take(&self) -> u32 {
        let freed = self.free.lock().unwrap().pop();
        freed.unwrap_or_else(|| self.next.fetch_add(1, Relaxed))
    }

    fn give_back(&self, id: u32) {
        self.free.lock().unwrap().push(id);
    }
}

#[test]
fn an_id_has_one_owner_at_a_time() {
    crate::soak(|| {
        let ids = Ids::default();
        let taken = Mutex::new(HashSet::new());
        thread::scope(|s| {
            for _ in 0..4 {
                s.spawn(|| {
                    for _ in 0..15 {
                        let mine: [u32; 2] = [ids.take(), ids.take()];
                        assert!(mine.iter().all(|id| taken.lock().unwrap().insert(*id)));
                        thread::yield_now();
                        for id in mine {
                            assert!(taken.lock().unwrap().remove(&id));
                            ids.give_back(id);
                        }
                    }
                });
            }
        });
        assert!(ids.next.into_inner() <= 8);
    });
}
