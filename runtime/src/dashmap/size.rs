//! The clock of a map's size.

use crate::engine::{At, Passes, State, SyncVar};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

const STRIPES: usize = 8;

/// What changed the size happens before whoever learns it. One clock would be a point that all
/// insertions meet at; so each thread releases into its stripe, and a reader acquires them all.
#[derive(Default)]
pub(super) struct Size {
    stripes: [Stripe; STRIPES],
}

/// A clock on a cache line of its own.
#[derive(Default)]
#[repr(align(64))]
struct Stripe(SyncVar);

thread_local! {
    /// This thread's stripe; `STRIPES` before its first change of any map's size. It has no
    /// destructor, so thread-local destructors of the program may still use maps.
    static STRIPE: Cell<usize> = const { Cell::new(STRIPES) };
}

impl Size {
    /// The size is about to change; the shard's write lock is held.
    #[inline]
    pub fn release(&self, me: &mut State, at: &At) {
        let stripe = STRIPE.with(|cell| {
            if cell.get() == STRIPES {
                cell.set(next_stripe());
            }
            cell.get()
        });
        self.stripes[stripe].0.pass_on(me, Passes::Accesses, at);
    }

    /// The size was read.
    #[inline]
    pub fn acquire(&self, at: &At) {
        self.stripes
            .iter()
            .for_each(|stripe| stripe.0.acquire_in_turn(at));
    }
}

/// Threads take turns, so that up to `STRIPES` of them never share one.
#[cold]
fn next_stripe() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed) % STRIPES
}
