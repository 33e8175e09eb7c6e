//! Atomics: release sequences and relaxed accesses after C++20.
//!
//! `L` is the clock of the value that the atomic holds. A release store replaces it; a relaxed store
//! replaces it by the strand's release-fence clock, which without a fence cuts the release sequence
//! (C++20 no longer lets the same thread's plain store continue it); a read-modify-write joins into
//! it, relaxed or not. An acquire load takes it in, a relaxed load keeps it pending for a fence.

use super::At;
use super::granule::{Access, Granule, Kind, WHOLE};
use super::state::{self, State};
use super::sync::{Locked, SyncVar};
use super::tape::{self, Event};
use core::sync::atomic::Ordering;

/// Clock and shadow of one atomic. Every method runs the real operation `f` while the clock is
/// held, so that clock and value change together. `f` must not panic nor enter the engine.
#[derive(Debug, Default)]
pub struct AtomicVar {
    sync: SyncVar,
    granule: Granule,
}

/// Whether a load, or the load half of a read-modify-write, of this order acquires.
#[inline]
fn acquires(order: Ordering) -> bool {
    matches!(
        order,
        Ordering::Acquire | Ordering::AcqRel | Ordering::SeqCst
    )
}

/// Whether a store, or the store half of a read-modify-write, of this order releases.
#[inline]
fn releases(order: Ordering) -> bool {
    matches!(
        order,
        Ordering::Release | Ordering::AcqRel | Ordering::SeqCst
    )
}

impl AtomicVar {
    /// An atomic that nobody has touched.
    #[cfg(not(fidge_loom))]
    pub const fn new() -> Self {
        AtomicVar {
            sync: SyncVar::new(),
            granule: Granule::new(),
        }
    }

    fn touch(&self, me: &mut State, kind: Kind, at: &At) {
        let access = Access {
            kind,
            mask: WHOLE,
            address: &raw const *self as usize,
            size: 0,
        };
        self.granule.access(me, access, at);
    }

    fn trace(&self, me: &mut State, event: Event, order: Ordering, at: &At) {
        if tape::on(me) {
            let address = tape::object_address(self.granule.trace_id());
            tape::push_atomic(me, event, order, address, 8, at);
        }
    }

    #[inline]
    fn load_half(clock: &mut Locked<'_>, me: &mut State, order: Ordering, at: &At) {
        if acquires(order) {
            clock.acquire(me, at);
        } else {
            clock.into_pending(me);
        }
    }

    /// A load with `order`.
    #[inline]
    pub fn load<T>(&self, order: Ordering, at: &At, f: impl FnOnce() -> T) -> T {
        let Some(mut me) = state::enter() else {
            return f();
        };
        let mut clock = self.sync.lock();
        let value = f();
        self.loaded(&mut clock, &mut me, order, at);
        value
    }

    #[inline]
    fn loaded(&self, clock: &mut Locked<'_>, me: &mut State, order: Ordering, at: &At) {
        self.trace(me, Event::Load, order, at);
        // A release that the load acquires from happens before the load itself.
        Self::load_half(clock, me, order, at);
        self.touch(me, Kind::LOAD, at);
    }

    /// A store with `order`.
    #[inline]
    pub fn store(&self, order: Ordering, at: &At, f: impl FnOnce()) {
        let Some(mut me) = state::enter() else {
            return f();
        };
        let mut clock = self.sync.lock();
        self.trace(&mut me, Event::Store, order, at);
        self.touch(&mut me, Kind::STORE, at);
        if releases(order) {
            clock.release(&mut me, at);
        } else {
            clock.publish_fence(&me, at);
        }
        f();
    }

    /// A read-modify-write that always writes (`swap`, `fetch_*`).
    #[inline]
    pub fn rmw<T>(&self, order: Ordering, at: &At, f: impl FnOnce() -> T) -> T {
        let Some(mut me) = state::enter() else {
            return f();
        };
        let mut clock = self.sync.lock();
        let value = f();
        self.modified(&mut clock, &mut me, order, at);
        value
    }

    #[inline]
    fn modified(&self, clock: &mut Locked<'_>, me: &mut State, order: Ordering, at: &At) {
        self.trace(me, Event::Rmw, order, at);
        Self::load_half(clock, me, order, at);
        self.touch(me, Kind::STORE, at);
        if releases(order) {
            clock.release_join(me, at);
        } else {
            clock.join_fence(me, at);
        }
    }

    /// A compare-and-exchange: a read-modify-write when `f` is `Ok`, else a load with `failure`.
    #[inline]
    pub fn compare_exchange<T>(
        &self,
        success: Ordering,
        failure: Ordering,
        at: &At,
        f: impl FnOnce() -> Result<T, T>,
    ) -> Result<T, T> {
        let Some(mut me) = state::enter() else {
            return f();
        };
        let mut clock = self.sync.lock();
        let result = f();
        match result {
            Ok(_) => self.modified(&mut clock, &mut me, success, at),
            Err(_) => self.loaded(&mut clock, &mut me, failure, at),
        }
        result
    }

    /// A non-atomic read of the value (`into_inner`, a read through `get_mut`).
    #[inline]
    pub fn read(&self, at: &At) {
        self.plain(Kind::READ, at);
    }

    /// A non-atomic write of the value (`get_mut`).
    #[inline]
    pub fn write(&self, at: &At) {
        self.plain(Kind::WRITE, at);
    }

    fn plain(&self, kind: Kind, at: &At) {
        if let Some(mut me) = state::enter() {
            self.touch(&mut me, kind, at);
        }
    }
}
