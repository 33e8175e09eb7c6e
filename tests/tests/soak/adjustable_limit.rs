//! A limit on concurrent calls that moves with their success (as TCP's window does).

use fidge::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use fidge::sync::atomic::{AtomicUsize, fence};
use fidge::thread;

struct Limiter {
    used: AtomicUsize,
    limit: AtomicUsize,
    granted: AtomicUsize,
}

impl Limiter {
    fn try_enter(&self) -> bool {
        let mut used = self.used.load(Acquire);
        loop {
            if used >= self.limit.load(Relaxed) {
                return false;
            }
            match self
                .used
                .compare_exchange_weak(used, used + 1, AcqRel, Acquire)
            {
                Ok(_) => {
                    self.granted.fetch_add(1, Relaxed);
                    return true;
                }
                Err(other) => used = other,
            }
        }
    }

    fn leave(&self, in_time: bool) {
        self.used.fetch_sub(1, AcqRel);
        let adjust = |limit: usize| {
            Some(if in_time {
                (limit + 1).min(8)
            } else {
                (limit / 2).max(1)
            })
        };
        _ = self.limit.fetch_update(Relaxed, Relaxed, adjust);
    }
}

#[test]
fn the_limit_is_kept_and_everybody_leaves() {
    crate::soak(|| {
        let limiter = Limiter {
            used: AtomicUsize::new(0),
            limit: AtomicUsize::new(2),
            granted: AtomicUsize::new(0),
        };
        thread::scope(|s| {
            for worker in 0..4 {
                let limiter = &limiter;
                s.spawn(move || {
                    for n in 0..40 {
                        if limiter.try_enter() {
                            assert!(limiter.used.load(Relaxed) <= 8);
                            limiter.leave((n + worker) % 5 != 0);
                        }
                    }
                });
            }
        });
        fence(Acquire);
        assert_eq!(limiter.used.into_inner(), 0);
        assert!((1..=8).contains(&limiter.limit.into_inner()));
        assert!((1..=160).contains(&limiter.granted.into_inner()));
    });
}
