//! The locks of a map's shards: taken in the way that tells of a deadlock before it hangs.
//!
//! Every operation that locks a shard goes through here, or through dashmap's own call where that alone
//! can make the guard. Which lock is waited for, and in which order locks are taken and given back, is as
//! in dashmap. Readers pass waiting writers there, so a strand may read a shard that it reads already.

use crate::engine::waits::{self, Queue, Request};
use crate::engine::{At, Mode, Resource, order};
use ::dashmap::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::marker::PhantomData;
use std::ptr::NonNull;

/// The lock of `shard`, shared.
#[inline]
#[track_caller]
pub(super) fn read<'a, T>(lock: &'a RwLock<T>, shard: Resource, at: &At) -> RwLockReadGuard<'a, T> {
    let guard = match lock.try_read() {
        Some(guard) => guard,
        None => wait(lock, shard, Mode::Shared, at, || lock.read()),
    };
    taken(shard, Mode::Shared, at);
    guard
}

/// The lock of `shard`, exclusively.
#[inline]
#[track_caller]
pub(super) fn write<'a, T>(
    lock: &'a RwLock<T>,
    shard: Resource,
    at: &At,
) -> RwLockWriteGuard<'a, T> {
    let guard = match lock.try_write() {
        Some(guard) => guard,
        None => wait(lock, shard, Mode::Exclusive, at, || lock.write()),
    };
    taken(shard, Mode::Exclusive, at);
    guard
}

/// The lock of `shard` was taken by an operation that may wait for it.
#[inline]
pub(super) fn taken(shard: Resource, mode: Mode, at: &At) {
    if waits::holds_any() {
        order::nested(shard.name, mode, at);
    }
}

/// What `block` makes of the lock, for which it may have to wait.
#[cold]
#[track_caller]
pub(super) fn wait<T, R>(
    lock: &RwLock<T>,
    shard: Resource,
    mode: Mode,
    at: &At,
    block: impl FnOnce() -> R,
) -> R {
    let request = Request {
        resource: shard.address,
        mode,
        queue: Queue::Readers,
        at,
    };
    let granted = || match mode {
        Mode::Shared => lock.try_read().is_some(),
        Mode::Exclusive => lock.try_write().is_some(),
    };
    waits::wait(&request, granted, block)
}

/// A shard that an iterator and its items keep locked; whoever of them is dropped last unlocks it.
pub(super) struct Locked<'a> {
    lock: NonNull<()>,
    shard: Resource,
    mode: Mode,
    unlock: unsafe fn(NonNull<()>),
    map: PhantomData<&'a ()>,
}

// SAFETY: dashmap's lock may be shared, and given back by any thread.
unsafe impl Send for Locked<'_> {}
// SAFETY: as above.
unsafe impl Sync for Locked<'_> {}

impl<'a> Locked<'a> {
    /// Locks the shard.
    #[track_caller]
    pub fn take<T>(lock: &'a RwLock<T>, shard: Resource, mode: Mode, at: &At) -> Self {
        let unlock = match mode {
            Mode::Shared => {
                std::mem::forget(read(lock, shard, at));
                unlock_shared::<T>
            }
            Mode::Exclusive => {
                std::mem::forget(write(lock, shard, at));
                unlock_exclusive::<T>
            }
        };
        waits::hold(shard, mode, at);
        Locked {
            lock: NonNull::from(lock).cast(),
            shard,
            mode,
            unlock,
            map: PhantomData,
        }
    }

    /// The shard.
    #[inline]
    pub fn resource(&self) -> Resource {
        self.shard
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        waits::let_go(self.shard, self.mode);
        // SAFETY: `take` locked it in that mode, and chose the function for the lock's type.
        unsafe { (self.unlock)(self.lock) };
    }
}

/// # Safety
///
/// It is a `RwLock<T>` that the caller holds shared, for longer than the call.
unsafe fn unlock_shared<T>(lock: NonNull<()>) {
    // SAFETY: the caller's promise.
    unsafe { lock.cast::<RwLock<T>>().as_ref().force_unlock_read() };
}

/// # Safety
///
/// It is a `RwLock<T>` that the caller holds exclusively, for longer than the call.
unsafe fn unlock_exclusive<T>(lock: NonNull<()>) {
    // SAFETY: the caller's promise.
    unsafe { lock.cast::<RwLock<T>>().as_ref().force_unlock_write() };
}
