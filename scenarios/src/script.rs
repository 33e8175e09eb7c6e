//! One order of events, brought about by means that no detector sees.

use crate::hidden::{settle, wait_until};
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// That nothing is held to the order any more.
const OVER: u32 = u32::MAX;

/// Runs numbered steps one after the other, whichever thread they are on.
///
/// Made of compare-exchanges alone, not of loads and stores: Helgrind and DRD see instructions, and would take
/// a plain load beside an atomic store for a race, on the very lines that are marked.
#[derive(Debug)]
pub struct Script {
    next: AtomicU32,
    /// How long a step waits for the ones before it.
    patience: Duration,
    /// Whether waiting in vain is an error.
    strict: bool,
}

impl Script {
    /// None has run; a step whose earlier ones do not come panics.
    #[cfg(test)]
    pub fn strict() -> Self {
        Script {
            next: AtomicU32::new(0),
            patience: Duration::from_secs(20),
            strict: true,
        }
    }

    /// None has run. When earlier steps do not come in time, the rest of the run is left to itself.
    pub fn lenient(patience: Duration) -> Self {
        Script {
            next: AtomicU32::new(0),
            patience,
            strict: false,
        }
    }

    /// Runs `f` once the steps before `n` have run.
    ///
    /// # Panics
    ///
    /// When they do not come, if the script is strict.
    pub fn step<T>(&self, n: u32, f: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        wait_until(|| self.next() >= n || start.elapsed() > self.patience);
        let next = self.next();
        if next < n {
            assert!(!self.strict, "step {n} waited in vain: {next} is next");
            self.next.swap(OVER, Relaxed);
        }
        settle();
        let value = f();
        settle();
        let mut now = self.next();
        while now != OVER
            && let Err(other) = self.next.compare_exchange(now, n + 1, Relaxed, Relaxed)
        {
            now = other;
        }
        value
    }

    fn next(&self) -> u32 {
        let (Ok(next) | Err(next)) = self.next.compare_exchange(OVER, OVER, Relaxed, Relaxed);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// The order in which steps of these numbers run, each on a thread of its own.
    fn order(script: &Script, steps: &[u32]) -> Vec<u32> {
        let order = Mutex::new(Vec::new());
        std::thread::scope(|s| {
            for n in steps {
                let order = &order;
                s.spawn(move || script.step(*n, || order.lock().unwrap().push(*n)));
            }
        });
        order.into_inner().unwrap()
    }

    #[test]
    fn steps_run_in_their_order_on_whichever_thread() {
        assert_eq!(order(&Script::strict(), &[2, 0, 3, 1]), [0, 1, 2, 3]);
    }

    #[test]
    fn a_step_that_does_not_come_holds_a_lenient_script_up_once() {
        let script = Script::lenient(Duration::from_millis(20));
        let start = Instant::now();
        let ran = order(&script, &[0, 2, 3]);
        assert_eq!((ran.len(), ran[0]), (3, 0), "step 1 is missing");
        assert_eq!(script.next(), OVER);
        let before = start.elapsed();
        assert!(before >= script.patience);
        assert_eq!(order(&script, &[9]), [9], "at once");
    }

    #[test]
    #[should_panic(expected = "step 1 waited in vain: 0 is next")]
    fn a_step_that_does_not_come_fails_a_strict_script() {
        let script = Script {
            patience: Duration::from_millis(1),
            ..Script::strict()
        };
        script.step(1, || ());
    }
}
