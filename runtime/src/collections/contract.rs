//! The access points of the external contract: which shadow each operation of a map or set reads
//! and writes.
//!
//! | operation | key | size | structure |
//! |---|---|---|---|
//! | get, contains | read | | read |
//! | insert over a key, get_mut, entry write | write | | read; write where it may rehash |
//! | insert of a new key, remove of a present one | | write | write |
//! | remove that finds nothing | | | read |
//! | len, is_empty | | read | read |
//! | capacity | | | read |
//! | iter, keys, values; clone, ==, Debug | read | read | read |
//! | iter_mut, values_mut | write | read | read |
//! | clear, retain, drain, extract_if, extend | | write | write |
//! | reserve, shrink, into_iter, drop | | | write |
//!
//! A write of the structure conflicts with every operation, so an absent key needs no shadow, and
//! neither does a key that comes or goes. A present key's shadow lives beside its value
//! ([`Tracked`](super::tracked::Tracked)) and moves with it when the table grows.

use super::history::Histories;
use crate::engine::{At, Granule, Op};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

/// The shadow of one map or set as a whole. Being dropped is an access too: the table is freed.
///
/// A container holds it *before* its table, so that the access is checked before the table goes,
/// and holds it instead of implementing `Drop`, which would take away std's leave for keys and
/// values that dangle when the map is dropped.
#[derive(Debug)]
pub(super) struct Contract {
    size: Granule,
    structure: Granule,
    /// What becomes of its keys.
    pub(super) histories: Histories,
    /// What its drop is called; `None`: it was consumed, which was checked.
    dropped: Option<&'static Op>,
}

// Whatever a panic interrupts, shadow is only ever read by the engine, which keeps it whole.
impl UnwindSafe for Contract {}
impl RefUnwindSafe for Contract {}

impl Contract {
    /// Shadow of a container that nobody has touched, whose drop is to be called `dropped`.
    pub(super) const fn new(dropped: &'static Op) -> Self {
        Contract {
            size: Granule::of_map(),
            structure: Granule::of_map(),
            histories: Histories::new(),
            dropped: Some(dropped),
        }
    }

    /// A key is looked for, or the capacity read.
    #[inline]
    pub(super) fn look(&self, at: &At) {
        self.structure.read(at);
    }

    /// The number of keys is read.
    #[inline]
    pub(super) fn measure(&self, at: &At) {
        self.structure.read(at);
        self.size.read(at);
    }

    /// Keys come or go.
    #[inline]
    pub(super) fn change(&self, at: &At) {
        self.structure.write(at);
        self.size.write(at);
    }

    /// The table is laid out anew; the keys stay the same.
    #[inline]
    pub(super) fn rebuild(&self, at: &At) {
        self.structure.write(at);
    }

    /// The table goes to whoever consumes the container. That is its end here, and there is no drop.
    #[inline]
    pub(super) fn consume(mut self, at: &At) {
        self.rebuild(at);
        self.dropped = None;
    }
}

impl Drop for Contract {
    #[inline]
    fn drop(&mut self) {
        if let Some(dropped) = self.dropped {
            self.rebuild(&At::here(dropped));
        }
    }
}

/// A walk over the keys that lasts: what other strands do to the structure meanwhile is found at
/// the next step.
///
/// Every step is reported at the place where the walk began. Steps are mostly taken by adapters and
/// loops of std, whose location would tell nobody anything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Traversal<'a> {
    contract: Option<&'a Contract>,
    op: &'static Op,
    began: &'static Location<'static>,
}

impl<'a> Traversal<'a> {
    /// A walk that visits the keys.
    #[inline]
    pub(super) fn begin(contract: &'a Contract, at: &At) -> Self {
        contract.measure(at);
        Traversal {
            contract: Some(contract),
            op: at.op,
            began: at.location,
        }
    }

    /// A walk that removes keys.
    #[inline]
    pub(super) fn begin_removal(contract: &'a Contract, at: &At) -> Self {
        contract.change(at);
        Traversal {
            contract: Some(contract),
            op: at.op,
            began: at.location,
        }
    }

    /// A walk over no map, as an iterator's `Default` makes it.
    #[inline]
    #[track_caller]
    pub(super) fn nowhere() -> Self {
        Traversal {
            contract: None,
            op: &Op("Iterator::default"),
            began: Location::caller(),
        }
    }

    /// The next step of a visit.
    #[inline]
    pub(super) fn step(&self) -> At {
        let at = At::resumed(self.op, self.began);
        self.check(&at);
        at
    }

    /// One more step of a visit that is carried out in one call.
    #[inline]
    pub(super) fn check(&self, at: &At) {
        if let Some(contract) = self.contract {
            contract.look(at);
        }
    }

    /// The next step of a removal.
    #[inline]
    pub(super) fn step_removal(&self) {
        if let Some(contract) = self.contract {
            contract.change(&At::resumed(self.op, self.began));
        }
    }
}

/// A [`Traversal`] that empties the table when it is dropped.
#[derive(Debug)]
pub(super) struct Draining<'a>(Traversal<'a>);

impl<'a> Draining<'a> {
    /// A walk that removes all keys.
    #[inline]
    pub(super) fn begin(contract: &'a Contract, at: &At) -> Self {
        Draining(Traversal::begin_removal(contract, at))
    }

    /// The next step.
    #[inline]
    pub(super) fn step(&self) {
        self.0.step_removal();
    }
}

impl Drop for Draining<'_> {
    #[inline]
    fn drop(&mut self) {
        self.step();
    }
}
