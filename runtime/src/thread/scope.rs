//! Scoped threads.
//!
//! The real scope waits for its threads to have *finished*, not for the OS threads to be gone, so
//! what a scope's end orders is each strand's body. Strands that were joined explicitly are
//! taken off the list; the rest is joined when the real scope has returned or panicked.

use super::builder::Child;
use super::{Builder, Result, Thread};
use crate::engine::strand::Strand;
use crate::engine::{At, Op, SyncVar};
use std::collections::BTreeMap;
use std::fmt;
use std::mem::MaybeUninit;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// [`std::thread::Scope`], whose threads are strands.
pub struct Scope<'scope, 'env: 'scope> {
    real: &'scope std::thread::Scope<'scope, 'env>,
    children: &'scope Children,
}

/// The strands that nobody has joined.
#[derive(Default)]
struct Children {
    unjoined: Mutex<Unjoined>,
    /// Released into by results that nobody took. They are dropped by their thread after its body,
    /// yet before the scope ends.
    dropped: SyncVar,
}

#[derive(Default)]
struct Unjoined {
    next: u64,
    strands: BTreeMap<u64, Strand>,
}

/// A child's strand among its scope's.
pub(super) struct Entry<'scope> {
    children: &'scope Children,
    key: u64,
}

impl Children {
    fn unjoined(&self) -> MutexGuard<'_, Unjoined> {
        // Nothing panics while this is held.
        self.unjoined.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn adopt(&self, strand: Strand) -> Entry<'_> {
        let mut unjoined = self.unjoined();
        let key = unjoined.next;
        unjoined.next += 1;
        unjoined.strands.insert(key, strand);
        Entry {
            children: self,
            key,
        }
    }

    /// The scope has ended.
    fn join(&self, at: &At) {
        let strands = std::mem::take(&mut self.unjoined().strands);
        for strand in strands.values() {
            strand.join_body(at);
        }
        self.dropped.acquire(at);
    }
}

impl Entry<'_> {
    fn join(self, at: &At) {
        let strand = self.children.unjoined().strands.remove(&self.key);
        if let Some(strand) = strand {
            strand.join(at);
        }
    }
}

/// What a scoped thread returned, until somebody takes it.
pub(super) struct Returned<'scope, T> {
    value: Option<T>,
    children: &'scope Children,
}

impl<T> Returned<'_, T> {
    fn take(mut self) -> T {
        self.value
            .take()
            .expect("only this takes it, and only once")
    }
}

impl<T> Drop for Returned<'_, T> {
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            drop(value);
            self.children
                .dropped
                .release_join(&At::here(&Op("ScopedJoinHandle::drop")));
        }
    }
}

/// Joins what is left when the real scope has returned, or panicked.
struct Owner {
    children: Children,
    at: At,
}

impl Drop for Owner {
    fn drop(&mut self) {
        self.children.join(&self.at);
    }
}

/// The façade's scope around `real`, written into `place`. No value made within the real scope
/// lives as long as `'scope`, which is what its threads may borrow.
///
/// # Safety
///
/// `children` and `place` must stay where they are, and untouched, until after the end of `'scope`.
unsafe fn lend<'scope, 'env>(
    real: &'scope std::thread::Scope<'scope, 'env>,
    children: *const Children,
    place: *mut MaybeUninit<Scope<'env, 'env>>,
) -> &'scope Scope<'scope, 'env> {
    let place = place.cast::<Scope<'scope, 'env>>();
    // SAFETY: both are there for all of `'scope`, says the caller, and `place` is nobody else's. A
    // `Scope` holds references only, so there is nothing to drop when `'scope` is over.
    unsafe {
        place.write(Scope {
            real,
            children: &*children,
        });
        &*place
    }
}

/// Runs `f`, which may spawn threads that borrow from outside of it, and waits for all of them to
/// finish. What they did happens before the return.
///
/// # Panics
///
/// If a thread panicked that was not joined explicitly, or if `f` panics.
///
/// ```
/// let mut numbers = vec![1, 2, 3];
/// fidge::thread::scope(|scope| {
///     scope.spawn(|| numbers.push(4));
/// });
/// assert_eq!(numbers, [1, 2, 3, 4]);
/// ```
///
/// A thread may outlive what `f` owns, so it cannot borrow that; nor can a handle leave the scope:
///
/// ```compile_fail,E0373
/// fidge::thread::scope(|scope| {
///     let inside = 1;
///     scope.spawn(|| assert_eq!(inside, 1));
/// });
/// ```
///
/// ```compile_fail
/// let handle = fidge::thread::scope(|scope| scope.spawn(|| 1));
/// ```
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let owner = Owner {
        children: Children::default(),
        at: At::here(&Op("thread::scope")),
    };
    let mut place = MaybeUninit::uninit();
    let children = &raw const owner.children;
    let place = &raw mut place;
    // SAFETY: `'scope` ends within the real `scope`, which this frame and both locals outlive.
    std::thread::scope(|real| f(unsafe { lend(real, children, place) }))
}

impl<'scope, 'env> Scope<'scope, 'env> {
    /// Spawns a thread in the scope.
    ///
    /// # Panics
    ///
    /// If the system cannot create one; [`Builder::spawn_scoped`] returns the error instead.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        Builder::new()
            .spawn_scoped(self, f)
            .expect("failed to spawn thread")
    }

    pub(super) fn real(&self) -> &'scope std::thread::Scope<'scope, 'env> {
        self.real
    }

    pub(super) fn adopt(&self, strand: Strand) -> Entry<'scope> {
        self.children.adopt(strand)
    }

    pub(super) fn body<F, T>(
        &self,
        child: Child,
        f: F,
    ) -> impl FnOnce() -> Returned<'scope, T> + Send + 'scope
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let children = self.children;
        move || Returned {
            value: Some(child.run(f)),
            children,
        }
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}

/// [`std::thread::ScopedJoinHandle`], which joins the strand too.
pub struct ScopedJoinHandle<'scope, T> {
    real: std::thread::ScopedJoinHandle<'scope, Returned<'scope, T>>,
    thread: Thread,
    entry: Entry<'scope>,
}

impl<'scope, T> ScopedJoinHandle<'scope, T> {
    pub(super) fn new(
        real: std::thread::ScopedJoinHandle<'scope, Returned<'scope, T>>,
        thread: Thread,
        entry: Entry<'scope>,
    ) -> Self {
        ScopedJoinHandle {
            real,
            thread,
            entry,
        }
    }

    /// The thread.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Waits for the thread to finish; `Err` with what it panicked with. All that the thread did
    /// happens before the return.
    ///
    /// # Errors
    ///
    /// The payload, if the thread panicked.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        let at = At::here(&Op("ScopedJoinHandle::join"));
        let result = self.real.join();
        self.entry.join(&at);
        result.map(Returned::take)
    }

    /// Whether the thread's body has finished. This orders nothing, see
    /// [`JoinHandle::is_finished`](super::JoinHandle::is_finished).
    pub fn is_finished(&self) -> bool {
        self.real.is_finished()
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real.fmt(f)
    }
}
