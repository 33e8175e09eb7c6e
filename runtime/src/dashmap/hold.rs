//! The evidence that a key is held, there or not.

use super::edges::Edges;
use crate::engine::{self, At, How, Key, Mode, Resource, Spot, State, What, waits};
use crate::value::{self, Value};
use std::mem;
use std::ptr::NonNull;

/// A key that is held; dropping it gives the key back.
///
/// Guards keep their hold in a field *before* dashmap's own guard, so that the clock is released
/// while the shard is still locked, and moves from guard to guard in `map`, `into_ref`, ...
pub(super) struct Hold {
    key: NonNull<Key>,
    shard: Resource,
    mode: Mode,
    origin: Origin,
    /// How the holder changed the value, where it is, and what looks at it.
    changed: Option<(How, NonNull<()>, Look)>,
}

/// What is at a place, which must hold a value of the type it was made for.
type Look = unsafe fn(NonNull<()>) -> Value;

// SAFETY: `Key` may be used by any thread; the pointer is as good as `&Key`. The other one is looked
// through while the guard lives, which is `Send` itself or the hold's owner is not.
unsafe impl Send for Hold {}
// SAFETY: a `&Hold` gives access to nothing.
unsafe impl Sync for Hold {}

impl Hold {
    /// The real guard was taken: the key is held from now on, and with it the shard.
    ///
    /// # Safety
    ///
    /// `key` is valid and stays in place until the hold is dropped. A shard's lock grants that for
    /// as long as it is held, in either mode. `now` looks at the value.
    #[inline]
    pub unsafe fn take(
        key: NonNull<Key>,
        shard: Resource,
        mode: Mode,
        look: (What, impl FnOnce() -> Value),
        at: &At,
    ) -> Self {
        // SAFETY: the caller's promise.
        unsafe { key.as_ref() }.acquired(shard, mode, look, at);
        Hold {
            key,
            shard,
            mode,
            origin: Origin::new(at),
            changed: None,
        }
    }

    /// The holder gives the key a value.
    #[inline]
    pub fn wrote(&self, new: Value, how: How, at: &At) {
        // SAFETY: the promise given to `take`.
        unsafe { self.key.as_ref() }.written(self.shard, new, how, at);
    }

    /// The holder may change the value from now on.
    ///
    /// # Safety
    ///
    /// The value stays in place until the hold is dropped, and nobody else reaches it then.
    #[inline]
    pub unsafe fn change<V>(&mut self, value: NonNull<V>, how: How) {
        unsafe fn look<V>(value: NonNull<()>) -> Value {
            // SAFETY: made for this type by `change`, whose promise is that nobody writes it.
            value::of(unsafe { value.cast::<V>().as_ref() })
        }
        if self.changed.is_none() {
            self.changed = Some((how, value.cast(), look::<V>));
        }
    }
}

impl Hold {
    /// The shard.
    #[inline]
    pub fn shard(&self) -> Resource {
        self.shard
    }

    /// The holder, which holds it exclusively, removes the key. `rest` is told what the key leaves.
    #[inline]
    pub fn remove(self, how: How, at: &At, rest: impl FnOnce(&mut State, Spot)) {
        if let Some(mut me) = engine::enter() {
            // SAFETY: the promise given to `take`.
            let past = unsafe { self.key.as_ref() }.removed(&mut me, self.shard, how, at);
            rest(&mut me, past);
        }
        mem::forget(self);
    }

    /// The holder gives the key a value, and back.
    #[inline]
    pub fn end(self, new: Value, how: How, at: &At) {
        // SAFETY: the promise given to `take`.
        unsafe { self.key.as_ref() }.released(self.shard, self.mode, Some((new, how)), at);
        // Leaks nothing: this is plain data but for its `Drop`.
        mem::forget(self);
    }
}

impl Drop for Hold {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the promise given to `take`.
        let key = unsafe { self.key.as_ref() };
        let at = self.origin.at();
        // SAFETY: the promise given to `change`.
        let wrote = |(how, value, look): (_, _, Look)| (unsafe { look(value) }, how);
        key.released(self.shard, self.mode, self.changed.map(wrote), at);
    }
}

/// A key that is not there, held exclusively by its vacant entry: two strands that get one for the
/// same key, and insert nothing, come one after the other.
pub(super) struct Vacancy<'a> {
    pub edges: &'a Edges,
    pub hash: u64,
    pub shard: Resource,
    origin: Origin,
}

impl<'a> Vacancy<'a> {
    /// A key of this hash was found absent, and the write lock of the shard is held.
    #[inline]
    pub fn take(edges: &'a Edges, hash: u64, shard: Resource, at: &At) -> Self {
        if let Some(mut me) = engine::enter() {
            edges.absent.acquire(&mut me, hash, at);
        }
        waits::hold(shard, Mode::Exclusive, at);
        Vacancy {
            edges,
            hash,
            shard,
            origin: Origin::new(at),
        }
    }

    /// The key, which is about to be inserted with the value `new`.
    #[inline]
    pub fn key(&self, new: Value, at: &At) -> Key {
        self.edges
            .inserted(self.hash, self.shard, new, How::Whole, at)
    }

    /// The key is there now, and goes by a clock of its own.
    #[inline]
    pub fn filled(self) {
        waits::let_go(self.shard, Mode::Exclusive);
        // Leaks nothing: this is plain data but for its `Drop`.
        mem::forget(self);
    }
}

impl Drop for Vacancy<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(mut me) = engine::enter() {
            let at = self.origin.at();
            self.edges.absent.release(&mut me, self.hash, None, at);
        }
        waits::let_go(self.shard, Mode::Exclusive);
    }
}

/// Where a guard or an iterator was made. Drops and `next` have no caller's location worth
/// reporting, so they go by this one; the stack is that of their own.
pub(super) struct Origin(At);

// SAFETY: what is not `Sync` in an `At` is its lazily captured stack. It is only reached through
// `Origin::at`, which asks for `&mut self`.
unsafe impl Sync for Origin {}

impl Origin {
    /// The place of `at`, with no stack yet.
    #[inline]
    pub fn new(at: &At) -> Self {
        Origin(at.with_op(at.op))
    }

    /// The place, for an engine call.
    #[inline]
    pub fn at(&mut self) -> &At {
        &self.0
    }
}

impl Clone for Origin {
    #[inline]
    fn clone(&self) -> Self {
        // Reads operation and location only, see the `Sync` above.
        Origin::new(&self.0)
    }
}
