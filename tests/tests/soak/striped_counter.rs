//! A counter in stripes: each thread adds to its own, a reader sums them up.

use fidge::sync::atomic::{AtomicU64, Ordering::Relaxed};
use fidge::thread;

#[repr(align(64))]
#[derive(Default)]
struct Stripe(AtomicU64);

#[derive(Default)]
struct Counter([Stripe; 4]);

impl Counter {
    fn add(&self, stripe: usize) {
        let own = &self.0[stripe].0;
        // Nobody else writes this stripe.
        own.store(own.load(Relaxed) + 1, Relaxed);
    }

    fn sum(&self) -> u64 {
        self.0.iter().map(|stripe| stripe.0.load(Relaxed)).sum()
    }
}

#[test]
fn the_sum_only_grows() {
    crate::soak(|| {
        let counter = Counter::default();
        thread::scope(|s| {
            for stripe in 0..4 {
                let counter = &counter;
                s.spawn(move || (0..100).for_each(|_| counter.add(stripe)));
            }
            s.spawn(|| {
                let mut before = 0;
                while before < 400 {
                    let now = counter.sum();
                    assert!(now >= before);
                    before = now;
                    thread::yield_now();
                }
            });
        });
        assert_eq!(counter.sum(), 400);
    });
}
