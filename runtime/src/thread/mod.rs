//! Mirror of [`std::thread`].
//!
//! Every thread is a strand, forked where it is spawned and joined where it is joined. The real
//! threads, and all waiting, are std's; what is added is who happens before whom:
//!
//! * what was done before `spawn` happens before the thread;
//! * the thread, its thread-local destructors included, happens before the return of
//!   [`JoinHandle::join`]; its body happens before the return of [`scope`];
//! * what was done before [`Thread::unpark`] happens before the return of a later [`park`] of that
//!   thread.
//!
//! Nothing else here synchronises: neither [`yield_now`], nor [`sleep`], nor
//! [`JoinHandle::is_finished`].

mod builder;
mod join;
mod park;
mod scope;

pub use self::builder::Builder;
pub use self::join::JoinHandle;
#[allow(deprecated)]
pub use self::park::park_timeout_ms;
pub use self::park::{Thread, current, park, park_timeout};
pub use self::scope::{Scope, ScopedJoinHandle, scope};
#[allow(deprecated)]
pub use std::thread::sleep_ms;
pub use std::thread::{
    AccessError, LocalKey, Result, ThreadId, available_parallelism, panicking, sleep, yield_now,
};

/// Spawns a thread.
///
/// # Panics
///
/// If the system cannot create one; [`Builder::spawn`] returns the error instead.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T,
    F: Send + 'static,
    T: Send + 'static,
{
    Builder::new().spawn(f).expect("failed to spawn thread")
}
