//! `std::sync::Arc` and `Weak`: std's own, and a count that loom sees.
//!
//! loom has an `Arc`, without `Weak`. The count has the orders of std's: a drop releases, the last one
//! acquires, so that whoever has the value alone knows what all others did with it.

use ::loom::sync::atomic::{AtomicUsize, Ordering, fence};
use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::sync;

struct Shared<T> {
    count: AtomicUsize,
    value: T,
}

/// [`std::sync::Arc`].
pub struct Arc<T>(ManuallyDrop<sync::Arc<Shared<T>>>);

/// [`std::sync::Weak`].
pub struct Weak<T>(sync::Weak<Shared<T>>);

impl<T> Arc<T> {
    /// See [`std::sync::Arc::new`].
    pub fn new(value: T) -> Self {
        Arc::over(sync::Arc::new(Shared {
            count: AtomicUsize::new(1),
            value,
        }))
    }

    /// See [`std::sync::Arc::new_cyclic`].
    pub fn new_cyclic(make: impl FnOnce(&Weak<T>) -> T) -> Self {
        Arc::over(sync::Arc::new_cyclic(|weak| Shared {
            count: AtomicUsize::new(1),
            value: make(&Weak(weak.clone())),
        }))
    }

    fn over(shared: sync::Arc<Shared<T>>) -> Self {
        Arc(ManuallyDrop::new(shared))
    }

    /// std's, without the drop that loom would see.
    fn into_std(mut self) -> sync::Arc<Shared<T>> {
        // SAFETY: `self` is forgotten in the next line.
        let shared = unsafe { ManuallyDrop::take(&mut self.0) };
        std::mem::forget(self);
        shared
    }

    /// See [`std::sync::Arc::try_unwrap`].
    pub fn try_unwrap(this: Self) -> Result<T, Self> {
        let alone = this
            .0
            .count
            .compare_exchange(1, 0, Ordering::Relaxed, Ordering::Relaxed);
        if alone.is_err() {
            return Err(this);
        }
        fence(Ordering::Acquire);
        let shared = sync::Arc::try_unwrap(this.into_std());
        Ok(shared
            .unwrap_or_else(|_| unreachable!("it was the last"))
            .value)
    }

    /// See [`std::sync::Arc::into_inner`].
    pub fn into_inner(this: Self) -> Option<T> {
        if this.0.count.fetch_sub(1, Ordering::Release) > 1 {
            drop(this.into_std());
            return None;
        }
        fence(Ordering::Acquire);
        sync::Arc::into_inner(this.into_std()).map(|shared| shared.value)
    }

    /// See [`std::sync::Arc::get_mut`].
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        let alone = this.0.count.load(Ordering::Acquire) == 1;
        let shared = alone.then(|| sync::Arc::get_mut(&mut this.0)).flatten()?;
        Some(&mut shared.value)
    }

    /// See [`std::sync::Arc::downgrade`].
    pub fn downgrade(this: &Self) -> Weak<T> {
        Weak(sync::Arc::downgrade(&this.0))
    }

    /// See [`std::sync::Arc::strong_count`].
    pub fn strong_count(this: &Self) -> usize {
        this.0.count.load(Ordering::Relaxed)
    }

    /// See [`std::sync::Arc::weak_count`].
    pub fn weak_count(this: &Self) -> usize {
        sync::Arc::weak_count(&this.0)
    }

    /// See [`std::sync::Arc::ptr_eq`].
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        sync::Arc::ptr_eq(&this.0, &other.0)
    }

    /// See [`std::sync::Arc::as_ptr`].
    pub fn as_ptr(this: &Self) -> *const T {
        &this.0.value
    }
}

impl<T> Weak<T> {
    /// See [`std::sync::Weak::new`].
    pub fn new() -> Self {
        Weak(sync::Weak::new())
    }

    /// See [`std::sync::Weak::upgrade`].
    pub fn upgrade(&self) -> Option<Arc<T>> {
        let shared = self.0.upgrade()?;
        let one_more = |count| (count > 0).then_some(count + 1);
        let counted = shared
            .count
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, one_more);
        counted.ok().map(|_| Arc::over(shared))
    }

    /// See [`std::sync::Weak::strong_count`].
    pub fn strong_count(&self) -> usize {
        let shared = self.0.upgrade();
        shared.map_or(0, |shared| shared.count.load(Ordering::Relaxed))
    }
}

impl<T> Clone for Arc<T> {
    fn clone(&self) -> Self {
        self.0.count.fetch_add(1, Ordering::Relaxed);
        Arc(self.0.clone())
    }
}

impl<T> Drop for Arc<T> {
    fn drop(&mut self) {
        if self.0.count.fetch_sub(1, Ordering::Release) == 1 {
            fence(Ordering::Acquire);
        }
        // SAFETY: nothing is done with it after.
        unsafe { ManuallyDrop::drop(&mut self.0) };
    }
}

impl<T> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T> AsRef<T> for Arc<T> {
    fn as_ref(&self) -> &T {
        self
    }
}

impl<T> From<T> for Arc<T> {
    fn from(value: T) -> Self {
        Arc::new(value)
    }
}

impl<T: Default> Default for Arc<T> {
    fn default() -> Self {
        Arc::new(T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<T> Clone for Weak<T> {
    fn clone(&self) -> Self {
        Weak(self.0.clone())
    }
}

impl<T> Default for Weak<T> {
    fn default() -> Self {
        Weak::new()
    }
}
