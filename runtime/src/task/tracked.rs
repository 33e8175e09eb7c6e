//! A future that is a strand.

use super::waking::Wakeups;
use crate::engine::strand::{self, Running, Strand, Task};
use crate::engine::{At, Op};
use std::fmt;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that is a strand of its own; see [`track`](super::track).
///
/// Dropped before it is finished, the future is dropped as the strand, which ends with that. A
/// finished one is dropped as part of whoever drops it.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Tracked<F> {
    /// Pinned when this is. Dropped by hand, because its drop may be the strand's.
    future: ManuallyDrop<F>,
    line: Line,
}

/// Everything but the future.
struct Line {
    task: Task,
    strand: Strand,
    ended: bool,
    wakeups: Wakeups,
}

/// While this lives, the task's strand is the current one. Unless the task is `pending` at the end,
/// the strand ends with it: the future completed, panicked or was dropped.
struct Slice<'a> {
    line: &'a mut Line,
    running: Option<Running>,
    pending: bool,
    at: At,
}

impl<'a> Slice<'a> {
    fn enter(line: &'a mut Line, at: At) -> Self {
        let running = Some(line.task.enter());
        line.wakeups.acquire(&at);
        Slice {
            line,
            running,
            pending: false,
            at,
        }
    }
}

impl Drop for Slice<'_> {
    fn drop(&mut self) {
        // The polling strand is the current one again.
        let running = self.running.take();
        if self.pending {
            running.into_iter().for_each(Running::pause);
        } else {
            drop(running);
            self.line.ended = true;
            self.line.task.end();
            self.line.strand.join_body(&self.at);
        }
    }
}

impl<F: Future> Tracked<F> {
    #[track_caller]
    pub(super) fn new(future: F) -> Self {
        let (strand, seed) = strand::fork(None, &At::here(&Op("task::track")));
        Tracked {
            future: ManuallyDrop::new(future),
            line: Line {
                task: seed.into_task(),
                strand,
                ended: false,
                wakeups: Wakeups::default(),
            },
        }
    }
}

impl<F: Future> Future for Tracked<F> {
    type Output = F::Output;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let at = At::here(&Op("Tracked::poll"));
        // SAFETY: `future` is pinned with `self`: it is moved neither here nor in `drop`, which is
        // all that gets at it mutably, and `Tracked` is `Unpin` only where `F` is. `line` is not
        // pinned.
        let (future, line) = unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut *this.future), &mut this.line)
        };
        if line.ended {
            // What the future makes of being polled again is the poller's doing.
            return future.poll(cx);
        }
        let waker = line.wakeups.waker(cx.waker());
        let mut slice = Slice::enter(line, at);
        let polled = future.poll(&mut Context::from_waker(&waker));
        slice.pending = polled.is_pending();
        polled
    }
}

impl<F> Drop for Tracked<F> {
    #[track_caller]
    fn drop(&mut self) {
        let at = At::here(&Op("Tracked::drop"));
        let line = &mut self.line;
        let _slice = (!line.ended).then(|| {
            // Whoever drops it calls its destructor: what came before the call is ordered.
            line.wakeups.release(&at);
            Slice::enter(line, at)
        });
        // SAFETY: nothing uses the future after this, and it is dropped where it was pinned.
        unsafe { ManuallyDrop::drop(&mut self.future) };
    }
}

impl<F: fmt::Debug> fmt::Debug for Tracked<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tracked").field(&*self.future).finish()
    }
}
