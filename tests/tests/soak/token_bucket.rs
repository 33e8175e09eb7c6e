//! A rate limiter without locks: tokens and the time of the last refill in one word.

use fidge::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};
use fidge::thread;

const BURST: u64 = 5;

struct Bucket {
    clock: AtomicU32,
    /// The tick of the last refill in the upper half, the tokens in the lower.
    state: AtomicU64,
}

impl Bucket {
    fn take(&self) -> bool {
        let mut state = self.state.load(Relaxed);
        loop {
            let now = u64::from(self.clock.load(Relaxed));
            let (last, tokens) = (state >> 32, state & 0xffff_ffff);
            let tokens = (tokens + now.saturating_sub(last)).min(BURST);
            let Some(left) = tokens.checked_sub(1) else {
                return false;
            };
            let next = now.max(last) << 32 | left;
            match self
                .state
                .compare_exchange_weak(state, next, Relaxed, Relaxed)
            {
                Ok(_) => return true,
                Err(other) => state = other,
            }
        }
    }
}

#[test]
fn no_more_than_the_rate_and_the_burst() {
    crate::soak(|| {
        let bucket = Bucket {
            clock: AtomicU32::new(0),
            state: AtomicU64::new(BURST),
        };
        let granted = AtomicU64::new(0);
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    for _ in 0..60 {
                        granted.fetch_add(bucket.take().into(), Relaxed);
                    }
                });
            }
            s.spawn(|| {
                for _ in 0..40 {
                    bucket.clock.fetch_add(1, Relaxed);
                    thread::yield_now();
                }
            });
        });
        assert!((BURST..=BURST + 40).contains(&granted.into_inner()));
    });
}
