//! Threads that Fidge did not see start: the main thread, a test harness's, a library's pool.
//!
//! Their fork and join are unknown, so they are taken to be ordered as much as could be: all that
//! any strand did so far happens before a foreign thread's first step, and what it did or learned
//! since happens before what any strand does after its end. (Not what it was *given* at its start:
//! a test harness's threads come and go, and would order everybody with everybody.) What lies
//! between is checked exactly. So a thread started with `std::thread` is not a source of false
//! reports by its start and end; races that these edges hide are missed, which is why
//! `fidge::thread` should be used.

use super::arena::Handle;
use super::clock::Clock;
use super::epoch::Epoch;
use super::record::Record;
use super::state::{Edge, State};
use super::sync::SyncVar;
use super::{At, Op, slots};
use core::sync::atomic::{AtomicU64, Ordering};

static ENDED: AtomicU64 = AtomicU64::new(0);
static PAST: SyncVar = SyncVar::new();
static OP: Op = Op("end of a thread that Fidge did not see start");

/// How many foreign threads have ended.
#[inline]
pub fn ended() -> u64 {
    ENDED.load(Ordering::Acquire)
}

/// A running strand for the current OS thread: all that any strand did so far is its past. `None` when there
/// are too many strands.
pub fn start() -> Option<*mut State> {
    let mut past = Clock::EMPTY;
    slots::each_newest(|record| {
        record.snapshot(&mut past);
        let now = record.now.load(Ordering::Acquire);
        past.raise(record.slot, now);
        record.take(now);
    });
    let mut given = Clock::EMPTY;
    given.assign(&past);
    let mut buffer = [0; NAME];
    let handle: Handle = Record::new(name(&mut buffer), None, 0, 0, past);
    let Some(record) = Record::at(handle) else {
        given.clear();
        return None;
    };
    // Nobody can join it.
    record.let_go();
    let state = State::new(record);
    // SAFETY: a fresh state that nobody else knows.
    unsafe { (*state).given = given };
    Some(state)
}

/// In the only thread of a forked process: the strands of the parent are its past.
pub fn inherit(me: &mut State) {
    let at = At::here(&Op("fork"));
    let own = me.slot;
    let mut past = Clock::EMPTY;
    slots::each_newest(|record| {
        if record.slot != own {
            record.snapshot(&mut past);
            past.raise(record.slot, record.now.load(Ordering::Acquire));
        }
    });
    me.join(&past, Epoch::NONE, Edge::Told, &at, None);
    past.clear();
}

/// Longest name of a thread that the system keeps, with its end.
const NAME: usize = 64;

/// The name that the system knows the current thread by. Not std's: `std::thread::current` allocates,
/// aborts where it is entered from its own allocation, and panics in late destructors.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "macos"))]
fn name(buffer: &mut [u8; NAME]) -> Option<&str> {
    #[cfg(target_os = "macos")]
    // SAFETY: a getter for the calling thread.
    let is_main = unsafe { libc::pthread_main_np() } == 1;
    #[cfg(not(target_os = "macos"))]
    // SAFETY: getters for the calling thread.
    let is_main = unsafe { libc::gettid() == libc::getpid() };
    if is_main {
        return Some("main");
    }
    // SAFETY: the buffer is ours, and its length is told (`prctl` writes 16 bytes at most).
    unsafe {
        #[cfg(target_os = "macos")]
        libc::pthread_getname_np(libc::pthread_self(), buffer.as_mut_ptr().cast(), NAME);
        #[cfg(not(target_os = "macos"))]
        libc::prctl(libc::PR_GET_NAME, buffer.as_mut_ptr());
    }
    let text = core::ffi::CStr::from_bytes_until_nul(buffer).ok()?;
    text.to_str().ok()
}

/// The system has no cheap answer.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "macos")))]
fn name(_: &mut [u8; NAME]) -> Option<&str> {
    None
}

/// A strand takes in what ended foreign threads did.
#[cold]
pub fn learn(me: &mut State) {
    me.foreign_seen = ended();
    PAST.carrier().learn(me, Edge::Told, &At::here(&OP));
}

/// A foreign thread ends.
pub fn end(me: &mut State) {
    let mut news = me.clock().beyond(&me.given);
    PAST.lock().join(&news, me.last_epoch());
    news.clear();
    ENDED.fetch_add(1, Ordering::Release);
}
