//! Messages that arrive several times are delivered once, as long as they are remembered.

use fidge::dashmap::DashMap;
use fidge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use fidge::thread;

#[derive(Default)]
struct Inbox {
    clock: AtomicU64,
    seen: DashMap<u64, u64>,
    delivered: DashMap<u64, u32>,
}

impl Inbox {
    fn receive(&self, message: u64) {
        let now = self.clock.fetch_add(1, SeqCst);
        // What `insert` answers decides: of two that bring the same message one is first.
        if self.seen.insert(message, now).is_none() {
            *self.delivered.entry(message).or_default() += 1;
        }
    }

    fn forget_before(&self, then: u64) {
        self.seen.retain(|_, when| *when >= then);
    }
}

#[test]
fn what_is_remembered_is_delivered_once() {
    crate::soak(|| {
        let inbox = Inbox::default();
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    for message in 0..30 {
                        inbox.receive(message);
                        if message % 10 == 9 {
                            // Nothing is that old.
                            inbox.forget_before(0);
                        }
                    }
                });
            }
        });
        assert_eq!(inbox.delivered.len(), 30);
        assert!(inbox.delivered.iter().all(|times| *times == 1));
    });
}
