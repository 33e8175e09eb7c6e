//! What waits for others: `Condvar` with predicates, and `Barrier` and `Once` made of it.

use super::super::once::OnceLock;
use super::unsupported;
use ::loom::sync::{Mutex, MutexGuard};
use std::sync::LockResult;
use std::time::Duration;

/// [`std::sync::Condvar`].
#[derive(Debug, Default)]
pub struct Condvar(::loom::sync::Condvar);

impl Condvar {
    /// See [`std::sync::Condvar::new`].
    pub fn new() -> Self {
        Condvar::default()
    }

    /// See [`std::sync::Condvar::wait`].
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.0.wait(guard)
    }

    /// See [`std::sync::Condvar::wait_while`].
    #[track_caller]
    pub fn wait_while<'a, T>(
        &self,
        mut guard: MutexGuard<'a, T>,
        mut condition: impl FnMut(&mut T) -> bool,
    ) -> LockResult<MutexGuard<'a, T>> {
        while condition(&mut guard) {
            guard = self.0.wait(guard)?;
        }
        Ok(guard)
    }

    /// Not to be had: loom has no time, and its own never times out.
    pub fn wait_timeout<'a, T>(
        &self,
        _: MutexGuard<'a, T>,
        _: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, ::loom::sync::WaitTimeoutResult)> {
        unsupported("Condvar::wait_timeout")
    }

    /// See [`wait_timeout`](Self::wait_timeout).
    pub fn wait_timeout_while<'a, T>(
        &self,
        _: MutexGuard<'a, T>,
        _: Duration,
        _: impl FnMut(&mut T) -> bool,
    ) -> LockResult<(MutexGuard<'a, T>, ::loom::sync::WaitTimeoutResult)> {
        unsupported("Condvar::wait_timeout_while")
    }

    /// See [`std::sync::Condvar::notify_one`].
    #[track_caller]
    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    /// See [`std::sync::Condvar::notify_all`].
    #[track_caller]
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// [`std::sync::Barrier`]. The lock inside orders arrivals that std leaves unordered.
pub struct Barrier {
    number: usize,
    round: Mutex<(usize, usize)>,
    departure: Condvar,
}

/// [`std::sync::BarrierWaitResult`].
#[derive(Debug)]
pub struct BarrierWaitResult(bool);

impl Barrier {
    /// See [`std::sync::Barrier::new`].
    pub fn new(number: usize) -> Self {
        Barrier {
            number,
            round: Mutex::new((0, 0)),
            departure: Condvar::new(),
        }
    }

    /// See [`std::sync::Barrier::wait`].
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let mut round = self.round.lock().expect("nothing panics in here");
        round.1 += 1;
        let leader = round.1 >= self.number;
        if leader {
            *round = (round.0 + 1, 0);
            self.departure.notify_all();
        } else {
            let serial = round.0;
            drop(self.departure.wait_while(round, |round| round.0 == serial));
        }
        BarrierWaitResult(leader)
    }
}

impl BarrierWaitResult {
    /// See [`std::sync::BarrierWaitResult::is_leader`].
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

/// [`std::sync::Once`].
#[derive(Debug, Default)]
pub struct Once(OnceLock<()>);

impl Once {
    /// See [`std::sync::Once::new`].
    pub fn new() -> Self {
        Once::default()
    }

    /// See [`std::sync::Once::call_once`].
    pub fn call_once(&self, f: impl FnOnce()) {
        self.0.get_or_init(f);
    }

    /// See [`std::sync::Once::is_completed`].
    pub fn is_completed(&self) -> bool {
        self.0.get().is_some()
    }
}
