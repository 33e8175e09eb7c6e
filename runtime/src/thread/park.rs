//! The handle of a running thread, and parking.

use crate::engine::{At, Op, SyncVar};
use std::cell::OnceCell;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
use std::thread::ThreadId;
use std::time::Duration;

/// What unparks of one thread release and its parks acquire.
///
/// std has all earlier unparks of a thread synchronise with a park that returns because of one.
/// A park that returns without one (it timed out, or woke spuriously) acquires what was released
/// so far as well: std does not tell which it was, and the next park would.
#[derive(Debug, Default)]
pub(super) struct Parking {
    unparked: SyncVar,
}

thread_local! {
    /// The current thread's, shared with every handle to it.
    static PARKING: OnceCell<Arc<Parking>> = const { OnceCell::new() };
}

/// Makes `parking`, which the parent's handle has already, that of the current thread. Called
/// before anything of the thread's body.
pub(super) fn adopt(parking: Arc<Parking>) {
    PARKING.with(|own| {
        // A new thread has none yet.
        let _ = own.set(parking);
    });
}

/// The current thread's. Once its thread-locals are gone (a thread-local destructor that outlives
/// this one) there is no place left to keep it, and handles made before are not found again.
fn parking() -> Arc<Parking> {
    PARKING
        .try_with(|own| Arc::clone(own.get_or_init(Arc::default)))
        .unwrap_or_default()
}

/// [`std::thread::Thread`], whose unparks are seen.
#[derive(Clone)]
pub struct Thread {
    real: std::thread::Thread,
    parking: Arc<Parking>,
}

impl UnwindSafe for Thread {}
impl RefUnwindSafe for Thread {}

impl Thread {
    pub(super) fn new(real: std::thread::Thread, parking: Arc<Parking>) -> Thread {
        Thread { real, parking }
    }

    /// Makes the thread's next [`park`] return, or the one it is in. What was done before happens
    /// before that return.
    #[track_caller]
    pub fn unpark(&self) {
        // Joined: many may unpark a thread before it parks once.
        self.parking
            .unparked
            .release_join(&At::here(&Op("Thread::unpark")));
        self.real.unpark();
    }

    /// The thread's identifier, unique in the process.
    #[must_use]
    pub fn id(&self) -> ThreadId {
        self.real.id()
    }

    /// The thread's name, if it has one; `main` for the main thread.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.real.name()
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

/// A handle to the current thread.
#[must_use]
pub fn current() -> Thread {
    Thread::new(std::thread::current(), parking())
}

/// Blocks until the current thread is unparked, or for no reason.
#[track_caller]
pub fn park() {
    let at = At::here(&Op("thread::park"));
    std::thread::park();
    parking().unparked.acquire(&at);
}

/// Blocks until the current thread is unparked, or `timeout` has passed, or for no reason.
#[track_caller]
pub fn park_timeout(timeout: Duration) {
    let at = At::here(&Op("thread::park_timeout"));
    std::thread::park_timeout(timeout);
    parking().unparked.acquire(&at);
}

/// [`park_timeout`], in milliseconds.
#[deprecated(note = "replaced by `park_timeout`")]
#[track_caller]
pub fn park_timeout_ms(ms: u32) {
    park_timeout(Duration::from_millis(u64::from(ms)));
}
