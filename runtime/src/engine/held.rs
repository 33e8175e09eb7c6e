//! Which locks a strand holds: for reports, and for those who wait for one (see `waits`).
//!
//! Pushing and popping stores a few words; the set is interned only when a site is, and then as the
//! places where the locks were taken, so the number of sets follows the program's text and not the
//! number of its locks.

use super::At;
use super::Op;
use super::arena::{self, Handle};
use super::finding::Mode;
use super::lock::Spin;
use super::order::Name;
use core::cell::UnsafeCell;
use core::panic::Location;
use core::sync::atomic::{AtomicU64, Ordering};

/// Entries that need no block.
const INLINE: usize = 6;

/// How many sets are remembered.
const RECENT: usize = 8;

/// Locks given back by another strand than the one that took them: some guards may be sent. The
/// owner strikes them off its list when it next looks at it.
struct Moved {
    lock: Spin,
    /// The newest ones, as a ring. What falls out of it stays on its owner's list.
    ring: UnsafeCell<[Option<(usize, Mode)>; MOVED]>,
}

const MOVED: usize = 64;

// SAFETY: `ring` is only touched under `lock`.
unsafe impl Sync for Moved {}

static GONE: Moved = Moved {
    lock: Spin::new(),
    ring: UnsafeCell::new([None; MOVED]),
};

/// How many ever were.
static MOVES: AtomicU64 = AtomicU64::new(0);

impl Moved {
    fn add(&self, lock: usize, mode: Mode) {
        let _held = self.lock.lock();
        let index = MOVES.fetch_add(1, Ordering::Relaxed) as usize % MOVED;
        // SAFETY: under the lock.
        unsafe { (*self.ring.get())[index] = Some((lock, mode)) };
    }

    fn strike(&self, lock: usize, mode: Mode) -> bool {
        let _held = self.lock.lock();
        // SAFETY: under the lock.
        let ring = unsafe { &mut *self.ring.get() };
        let found = ring.iter_mut().find(|moved| **moved == Some((lock, mode)));
        found.is_some_and(|moved| moved.take().is_some())
    }
}

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A lock whose guard stays with the strand that took it.
    Lock,
    /// A key of a concurrent map, and with it the lock of its shard, which it shares with other keys.
    /// Its guard may be sent to another strand.
    Key,
    /// Such a shared lock by itself: of an iterator, or of a key that is not there. Reports of races
    /// do not list it.
    Shard,
}

/// What others wait for.
#[derive(Clone, Copy, Debug)]
pub struct Resource {
    /// Where it is.
    pub address: usize,
    /// What it is called.
    pub name: Name,
}

impl Resource {
    /// Nobody waits for it.
    pub const UNKNOWN: Resource = Resource {
        address: 0,
        name: Name::NONE,
    };
}

/// One lock.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    lock: usize,
    via: Via,
    resource: Resource,
    /// In which mode.
    pub mode: Mode,
    /// The operation that took it.
    pub op: &'static Op,
    /// Where that was called.
    pub location: &'static Location<'static>,
    /// How often the strand had released anything by then.
    since: u64,
}

impl Entry {
    /// Where what others wait for is.
    #[inline]
    pub fn resource(&self) -> usize {
        self.resource.address
    }

    /// What it is called.
    #[inline]
    pub fn name(&self) -> Name {
        self.resource.name
    }

    /// Whether the guard may be with another strand by now: it is of a kind that can be sent, and the
    /// strand has released something since, which is what sending takes.
    pub fn may_be_elsewhere(&self, releases: u64) -> bool {
        self.via != Via::Lock && self.since != releases
    }

    /// Where it was taken.
    pub fn at(&self) -> At {
        At::new(self.op, self.location)
    }
}

/// See the module.
#[derive(Debug)]
pub struct Held {
    inline: [Option<Entry>; INLINE],
    len: usize,
    more: Handle,
    room: usize,
    /// The interned set, while it is known.
    set: Option<u32>,
    /// What sets were last computed from, by the top's place: the set below the top, that place, the result.
    recent: [(u32, usize, usize, u32); RECENT],
    /// The moves that this list has taken into account.
    moves: u64,
}

impl Held {
    /// None.
    pub const fn new() -> Self {
        Held {
            inline: [None; INLINE],
            len: 0,
            more: 0,
            room: 0,
            set: Some(0),
            recent: [(0, 0, 0, 0); RECENT],
            moves: 0,
        }
    }

    #[inline]
    fn entry(&mut self, index: usize) -> &mut Option<Entry> {
        if index < INLINE {
            return &mut self.inline[index];
        }
        // SAFETY: `more` holds `room` entries, and `push` keeps `len <= INLINE + room`.
        unsafe {
            &mut *arena::address(self.more)
                .cast::<Option<Entry>>()
                .add(index - INLINE)
        }
    }

    /// Whether there is none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The strand took `lock`, after so many `releases` of anything.
    #[inline]
    pub fn push(
        &mut self,
        (lock, via): (usize, Via),
        resource: Resource,
        mode: Mode,
        releases: u64,
        at: &At,
    ) {
        if self.len >= INLINE + self.room {
            self.grow();
        }
        let index = self.len;
        *self.entry(index) = Some(Entry {
            lock,
            via,
            resource,
            mode,
            op: at.op,
            location: at.location,
            since: releases,
        });
        self.len += 1;
        self.set = None;
    }

    /// What is held, outermost first; less what other strands have given back.
    pub fn entries(&mut self) -> impl Iterator<Item = Entry> {
        self.settle();
        (0..self.len).filter_map(|index| *self.entry(index))
    }

    #[inline]
    fn settle(&mut self) {
        let moves = MOVES.load(Ordering::Relaxed);
        if self.len > 0 && moves != self.moves {
            self.strike_moved(moves);
        }
    }

    #[cold]
    fn grow(&mut self) {
        self.strike_moved(MOVES.load(Ordering::Relaxed));
        if self.len < INLINE + self.room {
            return;
        }
        let room = (self.room * 2).max(16);
        let bigger = arena::alloc(room * size_of::<Option<Entry>>());
        if self.more != 0 {
            // SAFETY: both blocks hold at least the old room; the old one is ours.
            unsafe {
                let bytes = self.room * size_of::<Option<Entry>>();
                arena::address(bigger).copy_from_nonoverlapping(arena::address(self.more), bytes);
                arena::free(self.more, bytes);
            }
        }
        (self.more, self.room) = (bigger, room);
    }

    /// The strand gives `lock` back. Guards may go in any order, and to another strand's thread.
    #[inline]
    pub fn pop(&mut self, lock: usize, mode: Mode) {
        for index in (0..self.len).rev() {
            if self
                .entry(index)
                .is_some_and(|entry| entry.lock == lock && entry.mode == mode)
            {
                return self.remove(index);
            }
        }
        GONE.add(lock, mode);
    }

    #[inline]
    fn remove(&mut self, index: usize) {
        for at in index + 1..self.len {
            *self.entry(at - 1) = *self.entry(at);
        }
        self.len -= 1;
        self.set = if self.len == 0 { Some(0) } else { None };
    }

    /// Takes off the list what other strands gave back.
    #[cold]
    fn strike_moved(&mut self, moves: u64) {
        self.moves = moves;
        for index in (0..self.len).rev() {
            if self
                .entry(index)
                .is_some_and(|entry| GONE.strike(entry.lock, entry.mode))
            {
                self.remove(index);
            }
        }
    }

    /// Whether there is any.
    #[inline]
    pub fn any(&self) -> bool {
        self.len > 0
    }

    /// Whether a lock of the program's is among it.
    pub fn has_lock(&mut self) -> bool {
        (0..self.len).any(|index| {
            self.entry(index)
                .is_some_and(|entry| entry.via == Via::Lock)
        })
    }

    /// The interned set of what is held; 0 when nothing is.
    #[inline]
    pub fn set(&mut self) -> u32 {
        self.settle();
        match self.set {
            Some(set) => set,
            None => self.intern(),
        }
    }

    #[inline(never)]
    fn intern(&mut self) -> u32 {
        let mut set = 0;
        for index in 0..self.len {
            let Some(entry) = self.entry(index).filter(|entry| entry.via != Via::Shard) else {
                continue;
            };
            let below = set;
            let (op, location) = (
                core::ptr::from_ref(entry.op).addr(),
                core::ptr::from_ref(entry.location).addr(),
            );
            let place = (location as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let recent = &mut self.recent[(place >> (u64::BITS - RECENT.ilog2())) as usize];
            if (recent.0, recent.1, recent.2) != (below, op, location) {
                let set = crate::stack::lock_set(below, entry.op, entry.location, entry.mode);
                *recent = (below, op, location, set);
            }
            set = recent.3;
        }
        self.set = Some(set);
        set
    }

    /// Gives the memory back.
    pub fn clear(&mut self) {
        self.strike_moved(0);
        if self.more != 0 {
            // SAFETY: the block is ours, of that room.
            unsafe { arena::free(self.more, self.room * size_of::<Option<Entry>>()) };
        }
        *self = Held::new();
    }
}
