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
use super::record::Record;
use super::state::State;
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

/// A running strand for the current OS thread: all that any strand did so far is its past.
pub fn start() -> *mut State {
    let mut past = Clock::EMPTY;
    for record in slots::newest() {
        record.snapshot(&mut past);
        let now = record.now.load(Ordering::Acquire);
        past.raise(record.slot, now);
        record.take(now);
    }
    let mut given = Clock::EMPTY;
    given.assign(&past);
    let handle: Handle = Record::new(std::thread::current().name(), None, 0, 0, past);
    let record = Record::at(handle).expect("just made");
    // Nobody can join it.
    record.let_go();
    let state = State::new(record);
    // SAFETY: a fresh state that nobody else knows.
    unsafe { (*state).given = given };
    state
}

/// A strand takes in what ended foreign threads did.
#[cold]
pub fn learn(me: &mut State) {
    me.foreign_seen = ended();
    PAST.learn(me, &At::here(&OP));
}

/// A foreign thread ends.
pub fn end(me: &mut State) {
    let mut news = me.clock().beyond(&me.given);
    PAST.lock().join(&news, me.last_epoch());
    news.clear();
    ENDED.fetch_add(1, Ordering::Release);
}
