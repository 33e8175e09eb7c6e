//! Atomics: release sequences and relaxed accesses after C++20.
//!
//! `L` is the clock of the value that the atomic holds. A release store replaces it; a relaxed store
//! replaces it by the strand's release-fence clock, which without a fence cuts the release sequence
//! (C++20 no longer lets the same thread's plain store continue it); a read-modify-write joins into
//! it, relaxed or not. An acquire load takes it in, a relaxed load keeps it pending for a fence.

use super::At;
use super::granule::{Access, Granule, Kind, WHOLE};
use super::how::How;
use super::spot::Spot;
use super::state::{self, Edge, Passes, State};
use super::sync::{Locked, SyncVar};
use super::tape::{self, Event};
use super::value::Value;
use super::{mark, memory};
use core::sync::atomic::Ordering;

/// Clock and shadow of one atomic. Every method runs the real operation `f` while the clock is
/// held, so that clock and value change together. `f` must not panic nor enter the engine.
#[derive(Debug, Default)]
pub struct AtomicVar {
    sync: SyncVar,
    granule: Granule,
    spot: Spot,
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

/// Where an atomic's accesses are remembered.
#[derive(Clone, Copy)]
enum Shadow<'a> {
    /// A façade object's own granule, accessed under the atomic's clock only.
    Object(&'a Granule),
    /// The shadow table.
    Bytes { address: usize, size: usize },
}

impl Shadow<'_> {
    #[inline]
    fn touch(self, me: &mut State, kind: Kind, at: &At) {
        match self {
            Shadow::Object(granule) => {
                let address = core::ptr::from_ref(granule).addr();
                granule.access_locked(
                    me,
                    Access {
                        kind,
                        mask: WHOLE,
                        address,
                        size: 0,
                    },
                    at,
                );
            }
            Shadow::Bytes { address, size } => memory::access(me, kind, address, size, at),
        }
    }

    #[inline]
    fn trace(self, me: &mut State, event: Event, order: Ordering, at: &At) {
        if tape::on(me) {
            let (address, size) = match self {
                Shadow::Object(granule) => (tape::object_address(granule.trace_id()), 8),
                Shadow::Bytes { address, size } => (address as u64, size as u32),
            };
            tape::push_atomic(me, event, order, address, size, at);
        }
    }
}

/// One atomic operation, while the atomic's clock is held.
struct Operation<'a> {
    me: &'a mut State,
    clock: Locked<'a>,
    shadow: Shadow<'a>,
    spot: Option<&'a Spot>,
    at: &'a At,
}

impl Operation<'_> {
    #[inline]
    fn seen(&mut self, value: Value) {
        if let Some(spot) = self.spot {
            spot.seen(self.me, mark::new_id, Some(value), self.at);
        }
    }

    /// Whether it left the value as it was, as far as that is known.
    #[inline]
    fn written(&mut self, value: Value, how: How) -> bool {
        match self.spot {
            Some(spot) => spot.written(self.me, mark::new_id, value, how, self.at),
            None => false,
        }
    }

    /// The operation changed nothing: it may be repeated until it does.
    #[inline]
    fn asked(&mut self) {
        if let Some((id, version)) = self.spot.and_then(Spot::known) {
            self.me.asks(self.at.location, id, version);
        }
    }

    /// What the value carries happens before the operation itself, if it acquires.
    #[inline]
    fn take_in(&mut self, order: Ordering, edge: Edge) {
        if acquires(order) {
            self.clock.acquire(self.me, edge, self.at);
        } else {
            self.clock.add_to_pending(self.me);
        }
    }

    #[inline]
    fn load<T>(mut self, order: Ordering, f: impl FnOnce() -> T, now: impl Fn() -> Value) -> T {
        let value = f();
        self.loaded(order);
        self.seen(now());
        value
    }

    #[inline]
    fn loaded(&mut self, order: Ordering) {
        self.shadow.trace(self.me, Event::Load, order, self.at);
        self.take_in(order, Edge::Told);
        self.shadow.touch(self.me, Kind::LOAD, self.at);
    }

    #[inline]
    fn store(mut self, order: Ordering, f: impl FnOnce(), now: impl Fn() -> Value) {
        self.shadow.trace(self.me, Event::Store, order, self.at);
        self.shadow.touch(self.me, Kind::STORE, self.at);
        if releases(order) {
            self.clock.release(self.me, Passes::All, self.at);
        } else {
            self.clock.publish_fence(self.me, self.at);
        }
        f();
        self.written(now(), How::Store);
    }

    #[inline]
    fn rmw<T>(mut self, order: Ordering, f: impl FnOnce() -> T, now: impl Fn() -> Value) -> T {
        let value = f();
        self.modified(order);
        if self.written(now(), How::Whole) {
            self.asked();
        }
        value
    }

    #[inline]
    fn modified(&mut self, order: Ordering) {
        self.shadow.trace(self.me, Event::Rmw, order, self.at);
        // Strands that modify one value come one after the other: who is first is luck. But one that asked
        // before, and finds that others have changed the value since, waited for that.
        let now = |_: &State| self.spot.and_then(Spot::known).unwrap_or_default();
        let edge = self
            .me
            .edge_at(self.at.location, now, |then, now| then != now);
        self.take_in(order, edge);
        self.shadow.touch(self.me, Kind::RMW, self.at);
        if releases(order) {
            self.clock.release_join(self.me, Passes::All, self.at);
        } else {
            self.clock.join_fence(self.me, self.at);
        }
    }

    #[inline]
    fn compare_exchange<T>(
        mut self,
        success: Ordering,
        failure: Ordering,
        f: impl FnOnce() -> Result<T, T>,
        now: impl Fn() -> Value,
    ) -> Result<T, T> {
        let result = f();
        match result {
            Ok(_) => {
                self.modified(success);
                self.written(now(), How::Exchange);
            }
            Err(_) => {
                self.loaded(failure);
                self.seen(now());
                self.asked();
            }
        }
        result
    }
}

impl AtomicVar {
    /// An atomic that nobody has touched.
    #[cfg(not(fidge_loom))]
    pub const fn new() -> Self {
        AtomicVar {
            sync: SyncVar::new(),
            granule: Granule::new(),
            spot: Spot::new(),
        }
    }

    #[inline]
    fn begin<'a>(&'a self, me: &'a mut State, at: &'a At) -> Operation<'a> {
        Operation {
            me,
            clock: self.sync.lock(),
            shadow: Shadow::Object(&self.granule),
            spot: Some(&self.spot),
            at,
        }
    }

    /// A load with `order`. `now` tells the value; so in the other operations.
    #[inline]
    pub fn load<T>(
        &self,
        order: Ordering,
        at: &At,
        f: impl FnOnce() -> T,
        now: impl Fn() -> Value,
    ) -> T {
        match state::enter() {
            Some(mut me) => self.begin(&mut me, at).load(order, f, now),
            None => f(),
        }
    }

    /// A store with `order`.
    #[inline]
    pub fn store(&self, order: Ordering, at: &At, f: impl FnOnce(), now: impl Fn() -> Value) {
        match state::enter() {
            Some(mut me) => self.begin(&mut me, at).store(order, f, now),
            None => f(),
        }
    }

    /// A read-modify-write that always writes (`swap`, `fetch_*`).
    #[inline]
    pub fn rmw<T>(
        &self,
        order: Ordering,
        at: &At,
        f: impl FnOnce() -> T,
        now: impl Fn() -> Value,
    ) -> T {
        match state::enter() {
            Some(mut me) => self.begin(&mut me, at).rmw(order, f, now),
            None => f(),
        }
    }

    /// A read-modify-write that counts (`fetch_add`, `fetch_sub`).
    #[inline]
    pub fn count<T>(
        &self,
        order: Ordering,
        at: &At,
        f: impl FnOnce() -> T,
        now: impl Fn() -> Value,
    ) -> T {
        match state::enter() {
            Some(mut me) => {
                let operation = self.begin(&mut me, at);
                self.spot.counts(operation.me, mark::new_id);
                operation.rmw(order, f, now)
            }
            None => f(),
        }
    }

    /// A compare-and-exchange: a read-modify-write when `f` is `Ok`, else a load with `failure`.
    #[inline]
    pub fn compare_exchange<T>(
        &self,
        (success, failure): (Ordering, Ordering),
        at: &At,
        f: impl FnOnce() -> Result<T, T>,
        now: impl Fn() -> Value,
    ) -> Result<T, T> {
        match state::enter() {
            Some(mut me) => self
                .begin(&mut me, at)
                .compare_exchange(success, failure, f, now),
            None => f(),
        }
    }

    /// A non-atomic read of the value (`into_inner`, a read through `get_mut`).
    #[inline]
    pub fn read(&self, at: &At) {
        if let Some(mut me) = state::enter() {
            let _clock = self.sync.lock();
            Shadow::Object(&self.granule).touch(&mut me, Kind::READ, at);
        }
    }

    /// A non-atomic write of the value (`get_mut`).
    #[inline]
    pub fn write(&self, at: &At) {
        if let Some(mut me) = state::enter() {
            let _clock = self.sync.lock();
            Shadow::Object(&self.granule).touch(&mut me, Kind::WRITE, at);
        }
    }
}

/// What bytes hold is not looked at: no check is composed of operations on them.
fn unknown() -> Value {
    Value::UNKNOWN
}

/// An atomic operation on bytes that no façade object stands for.
#[derive(Clone, Copy, Debug)]
pub struct AtomicBytes {
    /// First byte.
    pub address: usize,
    /// 1, 2, 4, 8 or 16.
    pub size: usize,
}

impl AtomicBytes {
    #[inline]
    fn run<R>(self, at: &At, f: impl FnOnce(Option<Operation<'_>>) -> R) -> R {
        let Some(mut me) = state::enter() else {
            return f(None);
        };
        memory::with_clock(memory::atomic_key(self.address, self.size), |sync| {
            let shadow = Shadow::Bytes {
                address: self.address,
                size: self.size,
            };
            f(Some(Operation {
                me: &mut me,
                clock: sync.lock(),
                shadow,
                spot: None,
                at,
            }))
        })
    }

    /// As [`AtomicVar::load`].
    pub fn load<T>(self, order: Ordering, at: &At, f: impl FnOnce() -> T) -> T {
        self.run(at, |operation| match operation {
            Some(operation) => operation.load(order, f, unknown),
            None => f(),
        })
    }

    /// As [`AtomicVar::store`].
    pub fn store(self, order: Ordering, at: &At, f: impl FnOnce()) {
        self.run(at, |operation| match operation {
            Some(operation) => operation.store(order, f, unknown),
            None => f(),
        })
    }

    /// As [`AtomicVar::rmw`].
    pub fn rmw<T>(self, order: Ordering, at: &At, f: impl FnOnce() -> T) -> T {
        self.run(at, |operation| match operation {
            Some(operation) => operation.rmw(order, f, unknown),
            None => f(),
        })
    }

    /// As [`AtomicVar::compare_exchange`].
    pub fn compare_exchange<T>(
        self,
        success: Ordering,
        failure: Ordering,
        at: &At,
        f: impl FnOnce() -> Result<T, T>,
    ) -> Result<T, T> {
        self.run(at, |operation| match operation {
            Some(operation) => operation.compare_exchange(success, failure, f, unknown),
            None => f(),
        })
    }
}
