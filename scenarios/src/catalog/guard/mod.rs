//! A guard that is held while its holder asks for what cannot be granted.
//!
//! Such a program hangs. With detection on the request panics instead of hanging; where nobody
//! detects, [`attempt`] sees to it that the run ends all the same.

use crate::scenario::Outcome;
use fidge::__backend::EXPLORES;
use fidge::thread;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Once, mpsc};
use std::time::Duration;

pub mod get_in_alter;
pub mod get_under_entry;
pub mod get_under_ref_mut;
pub mod guard_and_mutex;
pub mod insert_under_ref;
pub mod insert_while_iterating;
pub mod len_in_or_insert_with;
pub mod lock_over_await;
pub mod ref_over_await;
pub mod two_maps;
pub mod two_shards;

/// How long a program is waited for. Detection answers at once, so only runs without it take so long.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs a program that may deadlock, on a strand of its own: wrong if it hangs or if a request in it
/// panics. A program that hangs is left behind with all that it holds.
fn attempt(program: impl FnOnce() -> Outcome + Send + 'static) -> Outcome {
    if EXPLORES {
        // One strand runs at a time, and a deadlock is the explorer's to tell.
        return program();
    }
    hush();
    ATTEMPTS.fetch_add(1, Ordering::Relaxed);
    let (ended, end) = mpsc::channel(); // std's: nothing that a detector sees
    let strand = thread::spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(program)).unwrap_or(Outcome::Wrong);
        // Nobody listens any more where it took too long.
        let _ = ended.send(outcome);
    });
    let outcome = end.recv_timeout(PATIENCE);
    ATTEMPTS.fetch_sub(1, Ordering::Relaxed);
    match outcome {
        Ok(outcome) => {
            strand.join().unwrap();
            outcome
        }
        Err(_) => Outcome::Wrong,
    }
}

/// How many attempts are under way.
static ATTEMPTS: AtomicUsize = AtomicUsize::new(0);

/// Keeps the panics that attempts are about from standard error: those of nameless threads, as
/// strands are, while an attempt is under way.
fn hush() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let expected = ATTEMPTS.load(Ordering::Relaxed) > 0;
            if !expected || std::thread::current().name().is_some() {
                told(panic);
            }
        }));
    });
}
