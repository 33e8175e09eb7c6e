//! A gauge of requests in flight, with its peak, moved by guards.

use fidge::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use fidge::thread;

#[derive(Default)]
struct Gauge {
    now: AtomicUsize,
    peak: AtomicUsize,
    total: AtomicUsize,
}

struct InFlight<'a>(&'a Gauge);

impl Gauge {
    fn enter(&self) -> InFlight<'_> {
        let now = self.now.fetch_add(1, Relaxed) + 1;
        self.peak.fetch_max(now, Relaxed);
        self.total.fetch_add(1, Relaxed);
        InFlight(self)
    }

    /// A guard, unless there are `most` already.
    fn try_enter(&self, most: usize) -> Option<InFlight<'_>> {
        let mut now = self.now.load(Relaxed);
        loop {
            if now >= most {
                return None;
            }
            match self
                .now
                .compare_exchange_weak(now, now + 1, Relaxed, Relaxed)
            {
                Ok(_) => break,
                Err(other) => now = other,
            }
        }
        self.peak.fetch_max(now + 1, Relaxed);
        self.total.fetch_add(1, Relaxed);
        Some(InFlight(self))
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Relaxed);
    }
}

#[test]
fn it_comes_back_to_zero() {
    crate::soak(|| {
        let gauge = Gauge::default();
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| (0..60).for_each(|_| drop(gauge.enter())));
                s.spawn(|| (0..60).for_each(|_| drop(gauge.try_enter(3))));
            }
        });
        assert_eq!(gauge.now.load(Relaxed), 0);
        assert!((1..=4).contains(&gauge.peak.load(Relaxed)));
        assert!(gauge.total.load(Relaxed) >= 120);
    });
}
