//! The end of an OS thread, after the last destructor that can be had.
//!
//! On unix a `pthread` key's destructor, which re-arms itself so that it runs in the last of the
//! rounds that POSIX promises; elsewhere a thread-local's destructor.

use super::state;

/// Makes sure that this thread's end is noticed.
#[cfg(unix)]
pub fn watch() {
    if let Some(key) = key() {
        // SAFETY: the key is valid; the value is a small number, never dereferenced.
        unsafe { libc::pthread_setspecific(key, core::ptr::without_provenance(ROUNDS)) };
    }
}

/// Rounds of thread-specific destructors that POSIX promises. What other keys' destructors do in
/// the last round after ours is not recorded.
#[cfg(unix)]
const ROUNDS: usize = 4;

#[cfg(unix)]
fn key() -> Option<libc::pthread_key_t> {
    use core::sync::atomic::{AtomicU64, Ordering};
    /// The key plus one; 0: none yet.
    static KEY: AtomicU64 = AtomicU64::new(0);

    unsafe extern "C" fn ended(rounds: *mut libc::c_void) {
        let left = rounds.addr() - 1;
        if left > 0
            && let Some(key) = key()
        {
            // A thread first seen in one of these rounds has fewer of them left than we count.
            state::thread_may_exit();
            // SAFETY: the key is valid; the value is a small number, never dereferenced.
            unsafe { libc::pthread_setspecific(key, core::ptr::without_provenance(left)) };
            return;
        }
        state::thread_exits();
    }

    let known = KEY.load(Ordering::Acquire);
    if known != 0 {
        return Some((known - 1) as libc::pthread_key_t);
    }
    let mut fresh = 0;
    // SAFETY: `fresh` is ours to write; the destructor is a plain function.
    if unsafe { libc::pthread_key_create(&mut fresh, Some(ended)) } != 0 {
        return None;
    }
    match KEY.compare_exchange(0, fresh as u64 + 1, Ordering::AcqRel, Ordering::Acquire) {
        Ok(_) => Some(fresh),
        Err(other) => {
            // SAFETY: nobody else knows the key that lost.
            unsafe { libc::pthread_key_delete(fresh) };
            Some((other - 1) as libc::pthread_key_t)
        }
    }
}

/// Makes sure that this thread's end is noticed.
#[cfg(not(unix))]
pub fn watch() {
    struct Ended;
    impl Drop for Ended {
        fn drop(&mut self) {
            state::thread_exits();
        }
    }
    thread_local!(static ENDED: Ended = const { Ended });
    let _ = ENDED.try_with(|_| ());
}
