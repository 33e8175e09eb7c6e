//! One order of events, brought about by means that no detector sees.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// How long a step waits for the ones before it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs numbered steps one after the other, whichever thread they are on.
#[derive(Debug, Default)]
pub struct Script {
    next: Mutex<u32>,
    advanced: Condvar,
}

impl Script {
    /// None has run.
    #[cfg(test)]
    pub fn new() -> Self {
        Script::default()
    }

    /// Runs `f` once the steps before `n` have run.
    ///
    /// # Panics
    ///
    /// When they do not come.
    pub fn step<T>(&self, n: u32, f: impl FnOnce() -> T) -> T {
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let (next, waited) = self
            .advanced
            .wait_timeout_while(next, PATIENCE, |next| *next < n)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(
            !waited.timed_out(),
            "step {n} waited in vain: {} is next",
            *next
        );
        drop(next);
        let value = f();
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = n + 1;
        self.advanced.notify_all();
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_run_in_their_order_on_whichever_thread() {
        let (script, order) = (Script::new(), Mutex::new(Vec::new()));
        std::thread::scope(|s| {
            for n in [2, 0, 3, 1] {
                let (script, order) = (&script, &order);
                s.spawn(move || script.step(n, || order.lock().unwrap().push(n)));
            }
        });
        assert_eq!(order.into_inner().unwrap(), [0, 1, 2, 3]);
    }
}
