//! What an operation is and where it was called.

use std::cell::Cell;
use std::panic::Location;

/// The name of an operation as a report prints it: `Op("HashMap::insert")`.
#[derive(Debug)]
pub struct Op(pub &'static str);

/// One call of an instrumented operation. Make it once at the façade's entry with [`At::here`] and
/// pass it to every part of the operation: the stack is captured at most once for it.
#[derive(Debug)]
pub struct At {
    pub(crate) op: &'static Op,
    pub(crate) location: &'static Location<'static>,
    pub(crate) site: Cell<u32>,
}

impl At {
    /// The caller's location (the whole façade is `#[track_caller]`) and the operation's name:
    /// `At::here(&Op("Mutex::lock"))`.
    #[inline(always)]
    #[track_caller]
    pub fn here(op: &'static Op) -> Self {
        At {
            op,
            location: Location::caller(),
            site: Cell::new(0),
        }
    }

    /// The same place, under another operation name (a `lock` that becomes a `wait`).
    #[inline]
    pub fn with_op(&self, op: &'static Op) -> Self {
        At {
            op,
            location: self.location,
            site: Cell::new(0),
        }
    }
}
