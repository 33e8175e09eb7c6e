//! `std::sync::Barrier`.
//!
//! All arrivals of a round happen before all departures of that round, and nothing else is ordered.
//! Which threads make up a round std does not tell (more threads than the barrier's number may use
//! it), and a clock that is kept from round to round would be wrong both ways: a slow departure
//! would see the next round's arrivals, or miss its own once the clock is reset. So the barrier is
//! written out here, as std writes it, with a clock that belongs to the round: whoever arrives takes
//! a handle of it along, and the last arrival puts none in its place.

use crate::engine::{At, Op, SyncVar};
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// [`std::sync::Barrier`].
pub struct Barrier {
    number: usize,
    round: Mutex<Round>,
    departure: Condvar,
}

impl UnwindSafe for Barrier {}
impl RefUnwindSafe for Barrier {}

struct Round {
    serial: usize,
    arrived: usize,
    clock: Option<Arc<SyncVar>>,
}

/// [`std::sync::BarrierWaitResult`].
pub struct BarrierWaitResult(bool);

impl Barrier {
    /// See [`std::sync::Barrier::new`].
    #[inline]
    #[must_use]
    pub const fn new(n: usize) -> Barrier {
        Barrier {
            number: n,
            round: Mutex::new(Round {
                serial: 0,
                arrived: 0,
                clock: None,
            }),
            departure: Condvar::new(),
        }
    }

    /// See [`std::sync::Barrier::wait`].
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let at = At::here(&Op("Barrier::wait"));
        // Nothing in here panics while the lock is held, so it is never poisoned.
        let mut round = self.round.lock().unwrap_or_else(PoisonError::into_inner);
        let clock = Arc::clone(round.clock.get_or_insert_default());
        clock.release_join(&at);
        round.arrived += 1;
        let leader = round.arrived >= self.number;
        if leader {
            *round = Round {
                serial: round.serial.wrapping_add(1),
                arrived: 0,
                clock: None,
            };
            self.departure.notify_all();
            drop(round);
        } else {
            let serial = round.serial;
            drop(
                self.departure
                    .wait_while(round, |round| round.serial == serial)
                    .unwrap_or_else(PoisonError::into_inner),
            );
        }
        clock.acquire(&at);
        BarrierWaitResult(leader)
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}

impl BarrierWaitResult {
    /// See [`std::sync::BarrierWaitResult::is_leader`].
    #[must_use]
    #[track_caller]
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl fmt::Debug for BarrierWaitResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarrierWaitResult")
            .field("is_leader", &self.is_leader())
            .finish()
    }
}
