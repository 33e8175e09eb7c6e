//! Which strands that are over are still remembered in full.
//!
//! A strand's `Record` is of use after its end: a racy read joins what the last writer knew when it wrote.
//! It cannot be told cheaply when the last of a strand's accesses is gone from shadow, so the records of
//! the strands that ended last are kept, 16 MiB of them. Of older ones only the `Kin` is
//! left, which is all that a report needs. In place of such a strand's clock stands that of the next one of
//! its slot that is remembered, when that began: it knew all that the former knew (see `slots`), so more is
//! joined, more is folded away, and nothing false is reported.
//!
//! The newest strand of each slot keeps its clock, without its history: strands that Fidge did not see start
//! are taken to know it (see `foreign`).

use super::arena::Handle;
use super::kin::Kin;
use super::lock::{Came, Spin, SpinGuard};
use super::record::Record;
use super::slots;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicUsize, Ordering};

/// Bytes of the arena that the records of strands that are over may take.
static KEPT: AtomicUsize = AtomicUsize::new(16 << 20);
/// Entries of the history of a strand's clock.
static HISTORY: AtomicUsize = AtomicUsize::new(1 << 16);

/// Sets both bounds: to little, in tests, so that what stands for the forgotten is often asked for.
pub fn bound(kept: usize, history: usize) {
    KEPT.store(kept, Ordering::Relaxed);
    HISTORY.store(history, Ordering::Relaxed);
}

/// How many changes of its clock a strand remembers.
pub fn history() -> usize {
    HISTORY.load(Ordering::Relaxed)
}

/// The strands that are over and remembered in full, from the oldest to the newest end.
#[derive(Debug)]
struct Queue {
    first: Handle,
    last: Handle,
    bytes: usize,
}

/// A record's place in the queue.
#[derive(Debug, Default)]
pub struct Place {
    next: Handle,
    /// What the record takes up.
    bytes: usize,
    /// It has left the queue as the newest of its slot, and goes when it no longer is.
    spent: bool,
}

struct Keep {
    lock: Spin,
    queue: UnsafeCell<Queue>,
}

// SAFETY: `queue` is only touched under `lock`.
unsafe impl Sync for Keep {}

static KEEP: Keep = Keep {
    lock: Spin::new(),
    queue: UnsafeCell::new(Queue::NEW),
};

impl Keep {
    /// The queue, under the lock that is shown. One that a `fork` caught half-written is left behind.
    #[expect(clippy::mut_from_ref, reason = "the lock makes it exclusive")]
    fn queue(&self, held: &SpinGuard<'_>) -> &mut Queue {
        // SAFETY: under the lock.
        let queue = unsafe { &mut *self.queue.get() };
        if held.came == Came::Orphaned {
            *queue = Queue::NEW;
        }
        queue
    }
}

/// Runs `f` while no record goes away. Nothing that asks for this again may be called by it.
pub fn hold<R>(f: impl FnOnce() -> R) -> R {
    let held = KEEP.lock.lock();
    KEEP.queue(&held);
    f()
}

/// A strand neither runs nor can be joined any more.
pub fn over(record: &'static Record) {
    let held = KEEP.lock.lock();
    KEEP.queue(&held).add(record);
}

/// A slot has a new owner, after the one behind `kin`.
pub fn succeeded(kin: Handle) {
    let Some(former) = Kin::at(kin) else { return };
    let held = KEEP.lock.lock();
    KEEP.queue(&held);
    // SAFETY: under the lock; and who has left the queue is over.
    unsafe {
        if let Some(record) = former.record()
            && (*record.place()).spent
        {
            record.free();
        }
    }
}

impl Queue {
    const NEW: Queue = Queue {
        first: 0,
        last: 0,
        bytes: 0,
    };

    fn add(&mut self, record: &'static Record) {
        let handle = record.handle();
        let bytes = record.bytes();
        // SAFETY: under the lock, as all that is done with places.
        unsafe {
            *record.place() = Place {
                bytes,
                ..Place::default()
            }
        };
        self.bytes += bytes;
        match Record::at(self.last) {
            // SAFETY: as above.
            Some(last) => unsafe { (*last.place()).next = handle },
            None => self.first = handle,
        }
        self.last = handle;
        while self.bytes > KEPT.load(Ordering::Relaxed) {
            let Some(oldest) = Record::at(self.first) else {
                return;
            };
            self.leave(oldest);
        }
    }

    fn leave(&mut self, oldest: &'static Record) {
        // SAFETY: under the lock; and who is in the queue is over.
        unsafe {
            let place = &mut *oldest.place();
            self.bytes -= place.bytes;
            self.first = place.next;
            if self.first == 0 {
                self.last = 0;
            }
            if slots::is_newest(oldest) {
                place.spent = true;
                oldest.forget_history();
            } else {
                oldest.free();
            }
        }
    }
}
