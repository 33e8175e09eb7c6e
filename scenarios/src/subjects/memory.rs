//! Memory that a faulty program cannot break.
//!
//! What the subjects share lies in [`Slot`](crate::hidden::Slot)s, [`Place`]s and atomics, and what
//! they allocate lies in an [`Arena`], whose handles take the place of pointers. A handle that
//! outlives its object reads what the object's owner left there when giving it up, which is what a
//! dangling pointer reads on a good day. Detectors see the cells, and neither locks nor arena.

use crate::hidden::Hidden;
use fidge::cell::UnsafeCell;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::Relaxed};

/// A plain memory location whose value is not `Copy`, or is read and written in place: every `read`
/// is one non-atomic read of it at the caller's line, every `write` one write.
pub struct Place<T>(Hidden<UnsafeCell<T>>);

impl<T> Place<T> {
    /// A location that holds `value`; not an access.
    pub fn new(value: T) -> Self {
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

/// Objects that live as long as the arena. Taking one in or looking one up is no access, and as the
/// operations on the handles' table are relaxed ones of std's, it orders nothing for any detector.
pub struct Arena<T> {
    taken: AtomicUsize,
    objects: Box<[AtomicPtr<T>]>,
}

impl<T> Arena<T> {
    /// Nothing, and place for `capacity` objects.
    pub fn new(capacity: usize) -> Self {
        Arena {
            taken: AtomicUsize::new(0),
            objects: (0..capacity).map(|_| AtomicPtr::default()).collect(),
        }
    }

    /// Takes `count` objects in; comes back with the handle of the first, the others follow it.
    ///
    /// # Panics
    ///
    /// If there is no place for them.
    pub fn put(&self, count: usize, object: impl Fn() -> T) -> usize {
        let first = self.taken.fetch_add(count, Relaxed);
        for place in &self.objects[first..first + count] {
            place.store(Box::into_raw(Box::new(object())), Relaxed);
        }
        first
    }

    /// The object that `handle` stands for.
    ///
    /// # Panics
    ///
    /// If `put` has not given out `handle`.
    pub fn get(&self, handle: usize) -> &T {
        let object = self.objects[handle].load(Relaxed);
        assert!(!object.is_null(), "expected a handle that was given out");
        // SAFETY: `put` stored a box that only `drop` takes back, and what depends on the data in it is
        // ordered after it by the machine, if by nothing else.
        unsafe { &*object }
    }
}

impl<T> Drop for Arena<T> {
    fn drop(&mut self) {
        for place in &mut self.objects {
            let object = *place.get_mut();
            if !object.is_null() {
                // SAFETY: it came from a box, and nobody borrows from the arena any more.
                drop(unsafe { Box::from_raw(object) });
            }
        }
    }
}

// SAFETY: it hands out shared references to objects that any thread may have put there.
unsafe impl<T: Send + Sync> Sync for Arena<T> {}
// SAFETY: it owns its objects.
unsafe impl<T: Send> Send for Arena<T> {}
