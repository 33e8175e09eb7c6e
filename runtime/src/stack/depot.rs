//! The depot: sites, each stored once.
//!
//! A hash table of arena blocks that only grows. Lookups take no lock; an insertion is one
//! compare-and-swap on the head of a bucket, and whoever loses it looks again. Two entries are the
//! same when their 64-bit hashes, their places and their stack lengths are.

use crate::engine::arena::{self, Handle};
use crate::engine::bucket::Bucket;
use crate::engine::finding::Mode;
use crate::engine::{Allowance, Op};
use core::panic::Location;
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU64};

const BUCKETS: usize = 1 << 16;

static TABLE: [Bucket; BUCKETS] = [const { Bucket::new() }; BUCKETS];

/// One interned site; `len` return addresses follow it.
#[derive(Debug)]
#[repr(C)]
pub struct Entry {
    next: Handle,
    len: u32,
    hash: u64,
    /// The operation.
    pub op: &'static Op,
    /// Its caller.
    pub location: Option<&'static Location<'static>>,
    /// The locks held, or for a lock set: the rest of the set.
    pub locks: u32,
    /// For a lock set: how its newest lock is held.
    pub mode: Mode,
    /// Whether a strand wrote here without having read: see [`Blind`](super::Blind).
    pub blind: AtomicU8,
    /// Whether strands insert entries here that they did not remove right before.
    pub makes: AtomicBool,
    /// Whether what strands write here varies with what they have read.
    pub computes: AtomicBool,
    /// How often it copied what was read elsewhere, as far as that was asked.
    pub copies: AtomicU8,
    /// Digests of what the last one had read, and of what it wrote; 0: none yet.
    pub made: AtomicU64,
    /// What the program allows here; for such a set: the rest of it.
    pub allows: u32,
    /// For such a set: its newest allowance.
    pub allowance: Option<&'static Allowance>,
}

/// What a site is but for its stack.
#[derive(Clone, Copy, Debug)]
pub struct Head {
    /// The operation.
    pub op: &'static Op,
    /// Its caller.
    pub location: Option<&'static Location<'static>>,
    /// The locks held, or for a lock set: the rest of the set.
    pub locks: u32,
    /// For a lock set: how its newest lock is held.
    pub mode: Mode,
    /// What the program allows here; for such a set: the rest of it.
    pub allows: u32,
    /// For such a set: its newest allowance.
    pub allowance: Option<&'static Allowance>,
}

impl Head {
    /// A place where no lock is held and nothing allowed.
    pub fn new(op: &'static Op, location: &'static Location<'static>) -> Self {
        Head {
            op,
            location: Some(location),
            locks: 0,
            mode: Mode::Exclusive,
            allows: 0,
            allowance: None,
        }
    }

    /// The part of the site's hash that does not come from its stack.
    #[inline]
    pub fn hash(&self) -> u64 {
        let op = core::ptr::from_ref(self.op).addr() as u64;
        let location = self
            .location
            .map_or(0, |at| core::ptr::from_ref(at).addr() as u64);
        (op.rotate_left(32) ^ location).wrapping_mul(0x9e37_79b9_7f4a_7c15)
            ^ u64::from(self.locks).wrapping_mul(0xd6e8_feb8_6659_fd93)
            ^ u64::from(self.allows).wrapping_mul(0xa076_1d64_78bd_642f)
    }
}

impl Entry {
    /// Return addresses, innermost first.
    pub fn frames(&self) -> &[usize] {
        // SAFETY: `intern` wrote `len` addresses behind the entry.
        unsafe { core::slice::from_raw_parts((&raw const *self).add(1).cast(), self.len as usize) }
    }

    fn is(&self, hash: u64, op: &Op, location: Option<&Location<'_>>, len: usize) -> bool {
        self.hash == hash
            && core::ptr::eq(self.op, op)
            && self.location.map(core::ptr::from_ref) == location.map(core::ptr::from_ref)
            && self.len as usize == len
    }
}

/// An interned site.
#[inline]
pub fn get(site: u32) -> Option<&'static Entry> {
    // SAFETY: sites are handles of entries, which are never freed.
    (site != 0).then(|| unsafe { arena::get(site) })
}

/// The number of a site, new or known.
#[cold]
pub fn intern(hash: u64, head: Head, frames: &[usize]) -> u32 {
    let bucket = &TABLE[(hash ^ hash >> 32) as usize % BUCKETS];
    let bytes = size_of::<Entry>() + size_of_val(frames);
    let find = |first: u32| {
        let mut at = first;
        while let Some(entry) = get(at) {
            if entry.is(hash, head.op, head.location, frames.len()) {
                return Some(at);
            }
            at = entry.next;
        }
        None
    };
    let mut fresh = 0;
    let make = |next: u32| {
        if fresh == 0 {
            fresh = arena::alloc(bytes);
        }
        let len = frames.len() as u32;
        // SAFETY: a fresh block of that size that nobody else knows yet.
        unsafe {
            let entry = arena::address(fresh).cast::<Entry>();
            entry.write(Entry {
                next,
                len,
                hash,
                op: head.op,
                location: head.location,
                locks: head.locks,
                mode: head.mode,
                allows: head.allows,
                allowance: head.allowance,
                blind: AtomicU8::new(0),
                makes: AtomicBool::new(false),
                computes: AtomicBool::new(false),
                copies: AtomicU8::new(0),
                made: AtomicU64::new(0),
            });
            entry
                .add(1)
                .cast::<usize>()
                .copy_from_nonoverlapping(frames.as_ptr(), frames.len());
        }
        fresh
    };
    let (site, inserted) = bucket.intern(find, make);
    if fresh != 0 && !inserted {
        // SAFETY: never published.
        unsafe { arena::free(fresh, bytes) };
    }
    site
}
