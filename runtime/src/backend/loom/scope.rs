//! `std::thread::scope` over loom's threads, which cannot borrow.

use ::loom::thread::JoinHandle;
use std::marker::PhantomData;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

/// A thread of a scope, until somebody has joined it.
type Running = Arc<Mutex<Option<JoinHandle<()>>>>;

/// [`std::thread::Scope`].
pub struct Scope<'scope, 'env: 'scope> {
    running: Mutex<Vec<Running>>,
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

/// [`std::thread::ScopedJoinHandle`].
pub struct ScopedJoinHandle<'scope, T> {
    thread: Running,
    result: Arc<Mutex<Option<T>>>,
    scope: PhantomData<&'scope ()>,
}

/// [`std::thread::scope`]. No panic gets past it: the first one ends the process.
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let scope = Scope {
        running: Mutex::new(Vec::new()),
        scope: PhantomData,
        env: PhantomData,
    };
    let value = f(&scope);
    // A thread may start others while it is waited for.
    loop {
        let next = locked(&scope.running).pop();
        match next {
            Some(thread) => join(&thread),
            None => return value,
        }
    }
}

fn join(thread: &Running) {
    let thread = locked(thread).take();
    if let Some(thread) = thread {
        // loom's threads do not end in panics: those end the process.
        let _ = thread.join();
    }
}

/// Held for a moment, in which no other thread of loom's runs.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'scope> Scope<'scope, '_> {
    /// See [`std::thread::Scope::spawn`].
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let result = Arc::new(Mutex::new(None));
        let place = Arc::clone(&result);
        let body: Box<dyn FnOnce() + 'scope> = Box::new(move || {
            let value = f();
            *locked(&place) = Some(value);
        });
        // SAFETY: `scope` returns after every thread has ended, so what the closure borrows for 'scope
        // outlives it; and it is never left by unwinding.
        let body: Box<dyn FnOnce() + 'static> = unsafe { mem::transmute(body) };
        let thread = Arc::new(Mutex::new(Some(::loom::thread::spawn(body))));
        locked(&self.running).push(Arc::clone(&thread));
        ScopedJoinHandle {
            thread,
            result,
            scope: PhantomData,
        }
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    /// See [`std::thread::ScopedJoinHandle::join`].
    #[track_caller]
    pub fn join(self) -> std::thread::Result<T> {
        join(&self.thread);
        Ok(locked(&self.result).take().expect("the thread has ended"))
    }
}
