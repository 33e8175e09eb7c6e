//! What the modules under test lean on, as little of it as they need.

/// A place: all are one.
#[derive(Debug)]
pub struct At;

/// Memory that is never given back within a model's run; block `n` begins at unit `n`.
pub mod arena {
    pub type Handle = u32;

    const UNIT: usize = 16;
    const UNITS: usize = 1 << 12;

    std::thread_local! {
        static BASE: *mut u8 = Box::leak(vec![0_u128; UNITS].into_boxed_slice()).as_mut_ptr().cast();
        static NEXT: std::cell::Cell<usize> = const { std::cell::Cell::new(1) };
    }

    /// Before each run.
    pub fn clear() {
        NEXT.set(1);
    }

    pub fn address(handle: Handle) -> *mut u8 {
        // SAFETY: handles come from `alloc`.
        unsafe { BASE.with(|base| base.add(handle as usize * UNIT)) }
    }

    pub fn alloc(bytes: usize) -> Handle {
        let handle = NEXT.get();
        NEXT.set(handle + bytes.div_ceil(UNIT));
        assert!(NEXT.get() <= UNITS, "a model that needs more memory");
        // SAFETY: a stretch of the block that nobody has.
        unsafe { address(handle as Handle).write_bytes(0, bytes) };
        handle as Handle
    }

    /// # Safety
    ///
    /// None; as the engine's.
    pub unsafe fn free(_: Handle, _: usize) {}
}

pub mod clock {
    use crate::epoch::{Epoch, Slot, Time};

    /// Knows nothing: no model has racy reads join.
    #[derive(Debug, Default)]
    pub struct Clock;

    impl Clock {
        pub const EMPTY: Clock = Clock;
        pub fn is_empty(&self) -> bool {
            true
        }
        pub fn knows(&self, _: Epoch) -> bool {
            false
        }
        pub fn raise(&mut self, _: Slot, _: Time) {}
        pub fn clear(&mut self) {}
    }
}

pub mod slots {
    use crate::clock::Clock;
    use crate::epoch::{Epoch, Time};

    pub struct Record;

    impl Record {
        pub fn clock_at(&self, _: Time, _: &mut Clock) {}
        pub fn take(&self, _: Time) {}
    }

    pub fn record_of(_: Epoch) -> Option<&'static Record> {
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

    std::thread_local! {
        // loom runs a model's threads on one OS thread.
        static FOUND: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    pub fn report(_: &State, _: Sighting) {
        FOUND.set(FOUND.get() + 1);
    }

    /// How many pairs were reported since the last call.
    pub fn found() -> usize {
        FOUND.take()
    }

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
    use crate::epoch::{Epoch, Slot};

    /// A strand that knows all of slot 0 and nothing of others.
    pub struct State {
        pub slot: Slot,
        epoch: u64,
    }

    impl State {
        pub fn new(slot: Slot) -> Self {
            State {
                slot,
                epoch: u64::MAX,
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
            Epoch::new(self.slot, 1)
        }
        pub fn knows(&self, epoch: Epoch) -> bool {
            epoch.slot() == self.slot || epoch.slot() == 0
        }
        pub fn join(&mut self, _: &Clock, _: Epoch, _: &At, _: Option<&At>) {}
    }

    pub fn epoch() -> u64 {
        u64::MAX
    }

    pub fn enter() -> Option<Box<State>> {
        None
    }
}

/// Nothing is recorded.
pub mod tape {
    use crate::{At, granule::Kind, state::State};

    pub fn on(_: &State) -> bool {
        false
    }
    pub fn push_access(_: &mut State, _: Kind, _: u64, _: u32, _: &At) {}
    pub fn object_address(id: u64) -> u64 {
        id
    }
    pub fn next_id() -> u32 {
        1
    }
}
