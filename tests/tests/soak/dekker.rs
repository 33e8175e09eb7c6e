//! Dekker's lock for two threads, sequentially consistent.

use fidge::cell::UnsafeCell;
use fidge::sync::atomic::Ordering::SeqCst;
use fidge::sync::atomic::{AtomicBool, AtomicUsize};
use fidge::thread;

struct Shared {
    wants: [AtomicBool; 2],
    turn: AtomicUsize,
    log: UnsafeCell<Vec<usize>>,
}

// SAFETY: the log is touched under the lock only.
unsafe impl Sync for Shared {}

impl Shared {
    fn append(&self, me: usize) {
        let other = 1 - me;
        self.wants[me].store(true, SeqCst);
        while self.wants[other].load(SeqCst) {
            if self.turn.load(SeqCst) != me {
                self.wants[me].store(false, SeqCst);
                while self.turn.load(SeqCst) != me {
                    thread::yield_now();
                }
                self.wants[me].store(true, SeqCst);
            }
            thread::yield_now();
        }
        // SAFETY: under the lock.
        self.log.with_mut(|log| unsafe { (*log).push(me) });
        self.turn.store(other, SeqCst);
        self.wants[me].store(false, SeqCst);
    }
}

#[test]
fn one_at_a_time() {
    crate::soak(|| {
        let shared = Shared {
            wants: Default::default(),
            turn: AtomicUsize::new(0),
            log: UnsafeCell::new(Vec::new()),
        };
        thread::scope(|s| {
            for me in 0..2 {
                let shared = &shared;
                s.spawn(move || (0..30).for_each(|_| shared.append(me)));
            }
        });
        let log = shared.log.into_inner();
        assert_eq!((log.len(), log.iter().sum()), (60, 30));
    });
}
