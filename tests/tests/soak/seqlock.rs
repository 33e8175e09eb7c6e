//! A sequence lock: readers retry while the number is odd or has moved. The threads read and write.

use fidge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use fidge::sync::atomic::{AtomicU64, fence};
use fidge::thread;

#[derive(Default)]
struct SeqLock {
    sequence: AtomicU64,
    x: AtomicU64,
    y: AtomicU64,
}

impl SeqLock {
    fn read(&self) -> (u64, u64) {
        loop {
            let before = self.sequence.load(Acquire);
            let pair = (self.x.load(Relaxed), self.y.load(Relaxed));
            fence(Acquire);
            if before.is_multiple_of(2) && self.sequence.load(Relaxed) == before {
                return pair;
            }
            thread::yield_now();
        }
    }

    fn write(&self, x: u64, y: u64) {
        loop {
            let before = self.sequence.load(Relaxed);
            let odd = before + 1;
            if before.is_multiple_of(2)
                && self
                    .sequence
                    .compare_exchange_weak(before, odd, Acquire, Relaxed)
                    .is_ok()
            {
                break;
            }
            thread::yield_now();
        }
        fence(Release);
        fidge::allow_race!(
            StaleWrite,
            "a measurement does not depend on the one before"
        );
        self.x.store(x, Relaxed);
        self.y.store(y, Relaxed);
        self.sequence.fetch_add(1, Release);
    }
}

#[test]
fn no_reader_sees_half_a_write() {
    crate::soak(|| {
        let position = SeqLock::default();
        thread::scope(|s| {
            for sensor in 0..3 {
                let position = &position;
                s.spawn(move || {
                    for step in 0..30 {
                        let (x, y) = position.read();
                        assert_eq!(2 * x, y);
                        // The newest measurement counts, whatever was there.
                        let x = sensor * 1_000 + step;
                        position.write(x, 2 * x);
                    }
                });
            }
        });
        assert_eq!(position.sequence.into_inner(), 180);
    });
}
