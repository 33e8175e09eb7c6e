//! Locks taken in orders that do not fit together: the run at hand went well, another deadlocks.

use crate::hidden::wait_until;
use crate::scenario::{Env, Outcome};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

pub mod rwlock_and_mutex;
pub mod three_locks;
pub mod two_mutexes;

/// Keeps strands that take two locks each, in a cycle, from waiting for ever.
///
/// Named for Dijkstra's philosophers. It counts the strands that hold their first lock and do not
/// have their second, by means that detectors do not see. A strand that makes it all of them would
/// complete a deadlock by going on, so it steps back, and that is the wrong outcome.
struct Table {
    seats: u32,
    waiting: AtomicU32,
}

impl Table {
    fn new(seats: u32) -> Self {
        Table {
            seats,
            waiting: AtomicU32::new(0),
        }
    }

    /// Takes the first lock of the `i`-th strand by `lock`; with it comes `Wrong` if the strand had to
    /// step back. In a scripted run all take their first locks before any asks for its second.
    fn first<G>(&self, env: &Env, i: u32, lock: impl Fn() -> G) -> (G, Outcome) {
        let (held, last) = env.step(i, || {
            let held = lock();
            (held, self.waiting.fetch_add(1, Relaxed) + 1 == self.seats)
        });
        if !last {
            env.step(self.seats + i, || ());
            return (held, Outcome::Right);
        }
        drop(held);
        self.second();
        wait_until(|| self.waiting.load(Relaxed) == 0);
        let held = lock();
        self.waiting.fetch_add(1, Relaxed);
        (held, Outcome::Wrong)
    }

    /// A strand has its second lock.
    fn second(&self) {
        self.waiting.fetch_sub(1, Relaxed);
    }
}
