//! Memory that a faulty program cannot break.
//!
//! What the subjects share lies in [`Slot`](crate::hidden::Slot)s, [`Place`]s and atomics, and what
//! they allocate lies in an [`Arena`], whose handles take the place of pointers. A handle that
//! outlives its object reads what the object's owner left there when giving it up, which is what a
//! dangling pointer reads on a good day. Detectors see the cells, and neither locks nor arena.

use crate::hidden::Hidden;
use fidge::cell::UnsafeCell;
use std::sync::Arc;

/// A plain memory location whose value is not `Copy`, or is read and written in place: every `read`
/// is one non-atomic read of it at the caller's line, every `write` one write.
pub struct Place<T>(Hidden<UnsafeCell<T>>);

impl<T> Place<T> {
    /// A location that holds `value`; not an access.
    pub const fn new(value: T) -> Self {
        Place(Hidden::new(UnsafeCell::new(value)))
    }

    /// What `f` makes of the value. `f` must not come back to this place.
    #[track_caller]
    pub fn read<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        let cell = self.0.open();
        // SAFETY: the hidden lock is held and every access goes through it.
        cell.with(|value| f(unsafe { &*value }))
    }

    /// What `f` makes of the value, which it may change. `f` must not come back to this place.
    #[track_caller]
    pub fn write<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        let cell = self.0.open();
        // SAFETY: the hidden lock is held and every access goes through it.
        cell.with_mut(|value| f(unsafe { &mut *value }))
    }
}

/// Objects that live as long as the arena. Taking one in or looking one up is no access.
pub struct Arena<T>(Hidden<Vec<Arc<T>>>);

impl<T> Arena<T> {
    /// Nothing.
    pub const fn new() -> Self {
        Arena(Hidden::new(Vec::new()))
    }

    /// Takes `objects` in; comes back with the handle of the first, the others follow it.
    pub fn put(&self, objects: impl IntoIterator<Item = T>) -> usize {
        let mut all = self.0.open();
        let first = all.len();
        all.extend(objects.into_iter().map(Arc::new));
        first
    }

    /// The object that `handle` stands for.
    ///
    /// # Panics
    ///
    /// If `put` never gave out `handle`.
    pub fn get(&self, handle: usize) -> Arc<T> {
        self.0.open()[handle].clone()
    }
}
