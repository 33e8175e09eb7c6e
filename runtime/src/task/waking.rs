//! The edge from a wake-up to the poll it causes.

use crate::engine::{At, Op, SyncVar};
use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};

/// The wake-ups of one task, through whichever waker.
#[derive(Default)]
pub(super) struct Wakeups {
    woken: Arc<SyncVar>,
    /// What the future was shown last. Weak: whoever keeps a waker keeps what is behind it alive, so
    /// only those keep it who would without Fidge.
    shown: Weak<Waking>,
}

/// The executor's waker, with the edge.
struct Waking {
    outer: Waker,
    woken: Arc<SyncVar>,
}

impl Wakeups {
    /// What to show the future instead of `outer`. If the future kept the last one, and `outer`
    /// wakes the same task, it is that one: `will_wake` says what it would say without Fidge.
    pub(super) fn waker(&mut self, outer: &Waker) -> Waker {
        let kept = self
            .shown
            .upgrade()
            .filter(|waking| waking.outer.will_wake(outer));
        let waking = kept.unwrap_or_else(|| {
            let waking = Waking {
                outer: outer.clone(),
                woken: Arc::clone(&self.woken),
            };
            let waking = Arc::new(waking);
            self.shown = Arc::downgrade(&waking);
            waking
        });
        Waker::from(waking)
    }

    /// What happened before the wake-ups so far happens before what the current strand does next.
    pub(super) fn acquire(&self, at: &At) {
        self.woken.acquire(at);
    }

    /// As a wake-up, without one.
    pub(super) fn release(&self, at: &At) {
        self.woken.release_join(at);
    }
}

impl Wake for Waking {
    #[track_caller]
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    #[track_caller]
    fn wake_by_ref(self: &Arc<Self>) {
        // Joined: many may wake a task before it is polled once.
        self.woken.release_join(&At::here(&Op("Waker::wake")));
        self.outer.wake_by_ref();
    }
}
