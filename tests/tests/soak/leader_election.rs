//! Leader election: who claims the vacant seat leads for a term, renews it while it lives, and resigns.

use fidge::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use fidge::thread;

const NOBODY: u64 = 0;

#[derive(Default)]
struct Seat {
    /// The term in the upper half, the leader in the lower.
    held: AtomicU64,
    /// When the leader was last heard of.
    heard: AtomicU64,
    clock: AtomicU64,
    terms: AtomicU32,
}

impl Seat {
    /// The term for which `node` leads now, if it got the seat.
    fn claim(&self, node: u64) -> Option<u64> {
        let held = self.held.load(SeqCst);
        let (term, leader) = (held >> 32, held & 0xffff_ffff);
        let lost =
            leader != NOBODY && self.heard.load(SeqCst) + 1_000 < self.clock.fetch_add(1, SeqCst);
        if leader != NOBODY && !lost {
            return None;
        }
        let mine = (term + 1) << 32 | node;
        self.held
            .compare_exchange(held, mine, SeqCst, SeqCst)
            .ok()?;
        self.terms.fetch_add(1, SeqCst);
        Some(term + 1)
    }

    fn lead(&self, node: u64, term: u64) {
        for _ in 0..3 {
            self.heard.fetch_max(self.clock.load(SeqCst), SeqCst);
            assert_eq!(self.held.load(SeqCst), term << 32 | node);
        }
        let resigned = self
            .held
            .compare_exchange(term << 32 | node, term << 32, SeqCst, SeqCst);
        assert!(resigned.is_ok());
    }
}

#[test]
fn a_term_has_one_leader() {
    crate::soak(|| {
        let seat = Seat::default();
        thread::scope(|s| {
            for node in 1..=3 {
                let seat = &seat;
                s.spawn(move || {
                    for _ in 0..20 {
                        if let Some(term) = seat.claim(node) {
                            seat.lead(node, term);
                        }
                    }
                });
            }
        });
        let last = seat.held.into_inner();
        assert_eq!(last >> 32, u64::from(seat.terms.into_inner()));
        assert_eq!(last & 0xffff_ffff, NOBODY);
    });
}
