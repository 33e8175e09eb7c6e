//! The tape of a session that is recorded: every event, in an order that the engine agrees with.
//!
//! While a session is recorded its strands are in the engine one at a time (see `Tape::turn`), so
//! the order of the tape is the order in which the engine did things, whole operations at a time;
//! and they take no fast path (see `State::access_epoch`).

use super::At;
use super::arena::{self, Handle};
use super::granule::Kind;
use super::lock::{Spin, SpinGuard};
use super::record::Record;
use super::session;
use super::state::State;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};

/// What happened; see `trace::event::Action` for the meaning of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Non-atomic read.
    Read,
    /// Non-atomic write.
    Write,
    /// Atomic load.
    Load,
    /// Atomic store.
    Store,
    /// Atomic read-modify-write.
    Rmw,
    /// Fence.
    Fence,
    /// `C_t |= L`.
    Acquire,
    /// `L := C_t`.
    Release,
    /// `L |= C_t`.
    ReleaseJoin,
    /// A lock was taken alone.
    Lock,
    /// A lock was taken with others.
    LockShared,
    /// A lock is given back by its only holder.
    Unlock,
    /// A lock is given back by one of its holders.
    UnlockShared,
    /// Fork.
    Fork,
    /// Join.
    Join,
    /// A range's history ends.
    Reset,
}

/// An event as it stands on the tape.
#[derive(Clone, Copy, Debug)]
pub struct RawEvent {
    /// Serial number of the strand.
    pub strand: u32,
    /// Site.
    pub site: u32,
    /// What.
    pub event: Event,
    /// Memory order, for atomics and fences.
    pub order: Ordering,
    /// Bytes.
    pub size: u32,
    /// Address, object identity or strand.
    pub what: u64,
}

/// Events that one block holds.
const BLOCK: usize = 2048;

#[repr(C)]
struct Block {
    next: Handle,
    len: u32,
    events: [core::mem::MaybeUninit<RawEvent>; BLOCK],
}

/// See the module.
#[derive(Debug)]
pub(super) struct Tape {
    on: AtomicBool,
    turn: Spin,
    lock: Spin,
    /// First and last block.
    blocks: UnsafeCell<(Handle, Handle)>,
}

// SAFETY: `blocks` and what it leads to are only touched under `lock`.
unsafe impl Sync for Tape {}

impl Tape {
    /// A tape that is off.
    pub const fn new() -> Self {
        Tape {
            on: AtomicBool::new(false),
            turn: Spin::new(),
            lock: Spin::new(),
            blocks: UnsafeCell::new((0, 0)),
        }
    }

    /// On or off.
    pub fn switch(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
    }

    /// Whether it is on.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// Held by the strand of the session that is in the engine. Without it a strand might put its
    /// access on the tape, and another one learn of it before the first is done with it.
    pub fn turn(&self) -> SpinGuard<'_> {
        self.turn.lock()
    }

    fn push(&self, event: RawEvent) {
        let _held = self.lock.lock();
        // SAFETY: under the lock; blocks are zeroed when made and filled up to `len`.
        unsafe {
            let (first, last) = &mut *self.blocks.get();
            if *last == 0 || (*arena::address(*last).cast::<Block>()).len as usize == BLOCK {
                let fresh = arena::alloc(size_of::<Block>());
                if *last == 0 {
                    *first = fresh;
                } else {
                    (*arena::address(*last).cast::<Block>()).next = fresh;
                }
                *last = fresh;
            }
            let block = arena::address(*last).cast::<Block>();
            (*block).events[(*block).len as usize].write(event);
            (*block).len += 1;
        }
    }

    /// Whether nothing is on it.
    pub fn is_empty(&self) -> bool {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        unsafe { (*self.blocks.get()).0 == 0 }
    }

    /// Takes the events off the tape.
    pub fn take(&self) -> Vec<RawEvent> {
        let mut block = {
            let _held = self.lock.lock();
            // SAFETY: under the lock.
            core::mem::take(unsafe { &mut *self.blocks.get() }).0
        };
        let mut events = Vec::new();
        while block != 0 {
            // SAFETY: the list is ours now; `len` events of each block are written.
            unsafe {
                let at = arena::address(block).cast::<Block>();
                let full = &(&(*at).events)[..(*at).len as usize];
                events.extend(full.iter().map(|event| event.assume_init()));
                let next = (*at).next;
                arena::free(block, size_of::<Block>());
                block = next;
            }
        }
        events
    }
}

/// Whether what `me` does is recorded.
#[inline]
pub fn on(me: &State) -> bool {
    me.record.taped && session::of(me).tape.is_on()
}

/// The turn of a strand whose session was recorded when it began.
#[cold]
pub fn turn(record: &Record) -> SpinGuard<'static> {
    session::by_handle(record.session).tape.turn()
}

/// A new identity for a granule or a clock.
pub fn next_id() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Where a façade object's granule lies in a trace's address space: beyond what a process can have.
pub fn object_address(id: u64) -> u64 {
    1 << 56 | id << 3
}

/// Puts an event on the tape of the strand's session.
pub fn push(me: &mut State, event: Event, what: u64, size: u32, at: &At) {
    push_atomic(me, event, Ordering::Relaxed, what, size, at);
}

/// [`push`] for an access, all of it. An atomic one is put there by its operation, with its order.
pub fn push_access(me: &mut State, kind: Kind, address: u64, size: u32, at: &At) {
    if !kind.atomic() {
        let event = if kind.writes() {
            Event::Write
        } else {
            Event::Read
        };
        push(me, event, address, size, at);
    }
}

/// [`push`] for an event that has a memory order.
pub fn push_atomic(me: &mut State, event: Event, order: Ordering, what: u64, size: u32, at: &At) {
    let site = crate::stack::site(me, at);
    let strand = me.record.id;
    session::of(me).tape.push(RawEvent {
        strand,
        site,
        event,
        order,
        size,
        what,
    });
}
