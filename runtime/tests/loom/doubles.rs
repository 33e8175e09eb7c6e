//! What the modules under test lean on, as little of it as they need.

/// Memory for a model's run; block `n` begins at unit `n`. The next block of a size is the one of that
/// size that was given back last. As with the engine's, whose lists of free blocks are locked, who gets
/// a block is after who gave it back.
pub mod arena {
    use loom::sync::atomic::{AtomicUsize, Ordering};

    pub type Handle = u32;

    const UNIT: usize = 16;
    const UNITS: usize = 1 << 12;

    std::thread_local! {
        static BASE: *mut u8 = Box::leak(vec![0_u128; UNITS].into_boxed_slice()).as_mut_ptr().cast();
        static NEXT: std::cell::Cell<usize> = const { std::cell::Cell::new(1) };
        static FREED: std::cell::RefCell<Vec<(Handle, usize)>> = const { std::cell::RefCell::new(Vec::new()) };
    }

    loom::lazy_static! {
        static ref ORDER: AtomicUsize = AtomicUsize::new(0);
    }

    /// Before each run.
    pub fn clear() {
        NEXT.set(1);
        FREED.with_borrow_mut(Vec::clear);
    }

    pub fn address(handle: Handle) -> *mut u8 {
        // SAFETY: handles come from `alloc`.
        unsafe { BASE.with(|base| base.add(handle as usize * UNIT)) }
    }

    pub fn alloc(bytes: usize) -> Handle {
        ORDER.fetch_add(1, Ordering::AcqRel);
        let units = bytes.div_ceil(UNIT);
        let again = FREED.with_borrow_mut(|freed| {
            let index = freed.iter().rposition(|&(_, room)| room == units)?;
            Some(freed.remove(index).0)
        });
        let handle = again.unwrap_or_else(|| NEXT.replace(NEXT.get() + units) as Handle);
        assert!(NEXT.get() <= UNITS, "a model that needs more memory");
        // SAFETY: a stretch of the block that nobody has.
        unsafe { address(handle).write_bytes(0, bytes) };
        handle
    }

    /// # Safety
    ///
    /// None; as the engine's.
    pub unsafe fn free(handle: Handle, bytes: usize) {
        ORDER.fetch_add(1, Ordering::AcqRel);
        FREED.with_borrow_mut(|freed| freed.push((handle, bytes.div_ceil(UNIT))));
    }
}

pub mod clock {
    use crate::epoch::{Epoch, SLOTS, Slot, Time};

    const FEW: usize = 4;

    /// The times of the first few slots.
    #[derive(Clone, Copy, Debug, Default)]
    pub struct Clock([Time; FEW]);

    impl Clock {
        pub const EMPTY: Clock = Clock([0; FEW]);
        pub fn is_empty(&self) -> bool {
            self.0 == [0; FEW]
        }
        pub fn knows(&self, epoch: Epoch) -> bool {
            debug_assert!((epoch.slot() as usize) < SLOTS);
            self.0
                .get(epoch.slot() as usize)
                .is_some_and(|&time| time >= epoch.time())
        }
        pub fn raise(&mut self, slot: Slot, time: Time) {
            self.0[slot as usize] = self.0[slot as usize].max(time);
        }
        pub fn join(&mut self, other: &Clock, _: impl FnMut(Slot, Time)) {
            for (slot, &time) in other.0.iter().enumerate() {
                self.raise(slot as Slot, time);
            }
        }
        pub fn assign(&mut self, other: &Clock) {
            *self = *other;
        }
        pub fn clear(&mut self) {
            *self = Clock::EMPTY;
        }
    }
}

pub mod session {
    pub fn has_ended(_: crate::arena::Handle) -> bool {
        false
    }
}

pub mod tell {
    pub fn line(text: std::fmt::Arguments<'_>) {
        panic!("{text}");
    }
}

pub mod slots {
    use crate::clock::Clock;
    use crate::epoch::{Epoch, Time};

    pub struct Record;

    impl Record {
        pub fn clock_at(&self, time: Time, _: &mut Clock) -> Time {
            time
        }
        pub fn take(&self, _: Time) {}
    }

    pub fn past_of<R>(_: Epoch, _: impl FnOnce(&Record, Time) -> R) -> Option<R> {
        None
    }
}

pub mod sink {
    use crate::granule::{Access, Cell};
    use crate::state::State;

    pub struct Sighting {
        pub first: Cell,
        pub second: Cell,
        pub map: bool,
        pub access: Access,
    }

    pub fn report(_: &State, _: Sighting) {}

    pub fn joins_racy_reads(_: &State) -> bool {
        false
    }
}

pub mod stack {
    use crate::{At, state::State};

    pub fn site(_: &mut State, _: &At) -> u32 {
        1
    }
}

pub mod state {
    use crate::At;
    use crate::clock::Clock;
    use crate::epoch::{Epoch, Slot, Time};
    use crate::sync::Snapshot;
    use loom::cell::UnsafeCell;
    use loom::sync::Arc;

    /// What an edge is to the program: nothing in these models.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    #[allow(dead_code)]
    pub enum Edge {
        Told,
        Chance,
    }

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Passes {
        All,
    }

    /// A strand that knows all of slot 0, and of others what it joined.
    pub struct State {
        pub slot: Slot,
        epoch: u64,
        time: Time,
        clock: Clock,
        pub fence: Snapshot,
        pub pending: Snapshot,
        pub releases: u64,
        /// Stands for the body of the clock in question, which is the arena's: it is written from
        /// the strand's clock, and the strand joins what it reads there.
        body: Option<Arc<Body>>,
    }

    pub struct Body(UnsafeCell<()>);

    // SAFETY: loom checks every access.
    unsafe impl Sync for Body {}
    // SAFETY: as above.
    unsafe impl Send for Body {}

    impl Body {
        pub fn new() -> Arc<Self> {
            Arc::new(Body(UnsafeCell::new(())))
        }
    }

    impl State {
        pub fn new(slot: Slot) -> Self {
            State {
                slot,
                epoch: u64::MAX,
                time: 1,
                clock: Clock::EMPTY,
                fence: Snapshot::NONE,
                pending: Snapshot::NONE,
                releases: 0,
                body: None,
            }
        }
        pub fn with_body(slot: Slot, body: &Arc<Body>) -> Self {
            State {
                body: Some(Arc::clone(body)),
                ..State::new(slot)
            }
        }
        pub fn fast_epoch(&self) -> u64 {
            self.epoch
        }
        pub fn access_epoch(&mut self) -> Epoch {
            self.epoch = self.last_epoch().0;
            self.last_epoch()
        }
        pub fn last_epoch(&self) -> Epoch {
            Epoch::new(self.slot, self.time)
        }
        pub fn has_published(&self, epoch: Epoch, _: Passes) -> bool {
            self.time > 1 && epoch == Epoch::new(self.slot, self.time - 1)
        }
        pub fn publish(&mut self, _: Passes) -> Epoch {
            self.time += 1;
            Epoch::new(self.slot, self.time - 1)
        }
        pub fn clock(&self) -> &Clock {
            if let Some(body) = &self.body {
                body.0.with_mut(|_| ());
            }
            &self.clock
        }
        pub fn knows(&self, epoch: Epoch) -> bool {
            epoch.slot() == self.slot || epoch.slot() == 0 || self.clock.knows(epoch)
        }
        pub fn has_heard(&self, epoch: Epoch, _: Edge) -> bool {
            self.knows(epoch)
        }
        pub fn join(&mut self, clock: &Clock, tip: Epoch, _: Edge, _: &At, _: Option<&At>) {
            if let Some(body) = &self.body {
                body.0.with(|_| ());
            }
            self.clock.join(clock, |_, _| {});
            self.clock.raise(tip.slot(), tip.time());
        }
    }

    pub fn epoch() -> u64 {
        u64::MAX
    }

    pub fn enter() -> Option<Box<State>> {
        None
    }
}

/// No scope is open.
pub mod scope {
    use crate::{At, state::State};

    pub enum Deed {
        Read,
        Write,
    }

    impl Deed {
        pub fn of(writes: bool) -> Self {
            if writes { Deed::Write } else { Deed::Read }
        }
    }

    pub fn watches(_: &State) -> bool {
        false
    }
    pub fn did(_: &mut State, _: u64, _: Deed, _: &At) {}
}

/// Nothing is recorded.
pub mod tape {
    use crate::{At, granule::Kind, state::State};

    pub enum Event {
        Acquire,
        Release,
        ReleaseJoin,
    }

    pub fn on(_: &State) -> bool {
        false
    }
    pub fn push(_: &mut State, _: Event, _: u64, _: u32, _: &At) {}
    pub fn push_access(_: &mut State, _: Kind, _: u64, _: u32, _: &At) {}
    pub fn object_address(id: u64) -> u64 {
        id
    }
    pub fn next_id() -> u32 {
        1
    }
}
