//! A flaky service and clients that retry with growing pauses; a circuit breaker spares it.

use fidge::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use fidge::sync::atomic::{AtomicU32, AtomicU64};
use fidge::thread;

#[derive(Default)]
struct Service {
    calls: AtomicU64,
    /// Failures in a row.
    failures: AtomicU32,
    trips: AtomicU32,
}

impl Service {
    /// Two of three calls fail.
    fn call(&self) -> Option<u64> {
        let call = self.calls.fetch_add(1, Relaxed);
        let outcome = (call % 3 == 2).then_some(call);
        if outcome.is_some() {
            fidge::allow_race!(StaleWrite, "a reset, whatever was counted");
            self.failures.store(0, Relaxed);
        } else {
            self.failures.fetch_add(1, Relaxed);
        }
        outcome
    }

    /// Whether the breaker is open; one of those who find it full closes it again.
    fn resting(&self) -> bool {
        let failures = self.failures.load(Acquire);
        if failures < 4 {
            return false;
        }
        if self
            .failures
            .compare_exchange(failures, 0, AcqRel, Relaxed)
            .is_ok()
        {
            self.trips.fetch_add(1, Relaxed);
        }
        true
    }

    fn call_until_it_works(&self) -> u64 {
        for attempt in 0.. {
            if !self.resting()
                && let Some(result) = self.call()
            {
                return result;
            }
            for _ in 0..1 << attempt.min(4) {
                thread::yield_now();
            }
        }
        unreachable!("there are enough numbers")
    }
}

#[test]
fn every_client_gets_its_answer() {
    crate::soak(|| {
        let service = Service::default();
        let mut results = thread::scope(|s| {
            let clients: Vec<_> = (0..3)
                .map(|_| s.spawn(|| (0..5).map(|_| service.call_until_it_works()).collect()))
                .collect();
            let results = clients.into_iter().map(|client| client.join().unwrap());
            results.collect::<Vec<Vec<u64>>>().concat()
        });
        results.sort_unstable();
        results.dedup();
        assert_eq!(results.len(), 15);
        assert!(results.iter().all(|call| call % 3 == 2));
    });
}
