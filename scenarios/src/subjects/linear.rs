//! Whether a concurrent history is linearizable: whether its calls, each taken to happen at one
//! instant between its start and its end, are what a sequential object would have answered.
//!
//! The search is Wing & Gong's ("Testing and verifying concurrent objects", JPDC 1993) with Lowe's
//! memory of the configurations that led nowhere ("Testing for linearizability", CCPE 2017): pick
//! any call that no other call's end precedes, apply it to the model, go on if the answers agree,
//! else take it back. Exponential at worst, so histories are small: [`MOST`] calls.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The most calls that a history may have.
pub const MOST: usize = 64;

/// The sequential object that a concurrent one claims to be.
pub trait Model: Clone + Eq + Hash {
    /// A call of it.
    type Op: Clone + Debug;
    /// What a call answers.
    type Answer: PartialEq + Debug;

    /// Does `op` and answers.
    fn apply(&mut self, op: &Self::Op) -> Self::Answer;
}

/// A finished call. `start` and `end` are instants of one clock, and no two are equal.
#[derive(Debug)]
pub struct Call<M: Model> {
    /// What was called.
    pub op: M::Op,
    /// What it answered.
    pub answer: M::Answer,
    /// Before the call.
    pub start: u64,
    /// After it.
    pub end: u64,
}

/// Calls of several threads as they are recorded, by means that a detector does not see.
pub struct History<M: Model> {
    clock: AtomicU64,
    calls: Mutex<Vec<Call<M>>>,
}

impl<M: Model> History<M> {
    /// No calls yet.
    pub fn new() -> Self {
        History {
            clock: AtomicU64::new(0),
            calls: Mutex::new(Vec::new()),
        }
    }

    /// Does `op` by means of `real` and records it.
    pub fn call(&self, op: M::Op, real: impl FnOnce(&M::Op) -> M::Answer) {
        let start = self.clock.fetch_add(1, Ordering::SeqCst);
        let answer = real(&op);
        let end = self.clock.fetch_add(1, Ordering::SeqCst);
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(Call {
            op,
            answer,
            start,
            end,
        });
    }

    /// What was recorded.
    pub fn into_calls(self) -> Vec<Call<M>> {
        self.calls
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether some order of `calls`, which keeps a call that ended before another started before it, is
/// one of `initial`.
///
/// # Panics
///
/// If there are more than [`MOST`] calls.
pub fn is_linearizable<M: Model>(initial: M, calls: &[Call<M>]) -> bool {
    assert!(calls.len() <= MOST, "expected at most {MOST} calls");
    let all = calls.iter().enumerate().fold(0, |set, (i, _)| set | 1 << i);
    search(initial, calls, all, &mut HashSet::new())
}

/// Whether the calls of `open`, a set of indices, can follow in some order.
fn search<M: Model>(
    state: M,
    calls: &[Call<M>],
    open: u64,
    dead_ends: &mut HashSet<(u64, M)>,
) -> bool {
    if open == 0 {
        return true;
    }
    let among = |&(i, _): &(usize, &Call<M>)| open & 1 << i != 0;
    let candidates = || calls.iter().enumerate().filter(among);
    let first_end = candidates().map(|(_, call)| call.end).min();
    for (i, call) in candidates().filter(|(_, call)| Some(call.start) < first_end) {
        let mut next = state.clone();
        if next.apply(&call.op) != call.answer {
            continue;
        }
        let rest = open & !(1 << i);
        if dead_ends.contains(&(rest, next.clone())) {
            continue;
        }
        if search(next.clone(), calls, rest, dead_ends) {
            return true;
        }
        dead_ends.insert((rest, next));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A register: `Some` writes, `None` reads; both answer with what was there.
    #[derive(Clone, Debug, PartialEq, Eq, Hash)]
    struct Register(u8);

    impl Model for Register {
        type Op = Option<u8>;
        type Answer = u8;

        fn apply(&mut self, op: &Option<u8>) -> u8 {
            let before = self.0;
            self.0 = op.unwrap_or(before);
            before
        }
    }

    fn call((start, end): (u64, u64), op: Option<u8>, answer: u8) -> Call<Register> {
        Call {
            op,
            answer,
            start,
            end,
        }
    }

    #[test]
    fn overlapping_calls_may_take_effect_in_either_order() {
        for seen in [0, 1] {
            let history = [call((0, 3), Some(1), 0), call((1, 2), None, seen)];
            assert!(is_linearizable(Register(0), &history), "{seen}");
        }
    }

    #[test]
    fn a_call_that_ended_earlier_took_effect_earlier() {
        let history = [call((0, 1), Some(1), 0), call((2, 3), None, 0)];
        assert!(!is_linearizable(Register(0), &history));
    }

    #[test]
    fn a_value_that_was_seen_does_not_go_away_by_itself() {
        let writing = call((0, 5), Some(1), 0);
        let history = [writing, call((1, 2), None, 1), call((3, 4), None, 0)];
        assert!(!is_linearizable(Register(0), &history));
    }

    #[test]
    fn one_of_two_updates_that_overlap_must_see_the_other() {
        let lost = [call((0, 2), Some(1), 0), call((1, 3), Some(2), 0)];
        assert!(!is_linearizable(Register(0), &lost));
        let kept = [call((0, 2), Some(1), 2), call((1, 3), Some(2), 0)];
        assert!(is_linearizable(Register(0), &kept));
    }

    #[test]
    fn what_was_recorded_on_several_threads_is_checked() {
        let (history, register) = (History::<Register>::new(), Mutex::new(Register(0)));
        std::thread::scope(|s| {
            for n in 1..=3 {
                let (history, register) = (&history, &register);
                s.spawn(move || {
                    for op in [Some(n), None, Some(n + 10), None] {
                        history.call(op, |op| register.lock().unwrap().apply(op));
                    }
                });
            }
        });
        let calls = history.into_calls();
        assert_eq!(calls.len(), 12);
        assert!(is_linearizable(Register(0), &calls));
    }
}
