//! What a strand has read, so that a later write can be asked what it acts on.
//!
//! A table of the locations that the strand read and has not written since, by identity, in sets of
//! [`WAYS`] as a cache has them. It doubles up to [`SETS`] sets; from then on the oldest read of a set
//! gives way, so the checks on composed operations see a strand's last 2^14 locations or so.

use super::arena::{self, Handle};
use super::value::Value;
use super::{At, mark::Look};
use core::panic::Location;
use core::ptr;

/// Entries of a set.
const WAYS: usize = 4;
/// Most sets.
const SETS: usize = 1 << 12;

/// One location, as the strand read it last.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// Which; 0: none.
    pub id: u64,
    /// Its mark.
    pub mark: Handle,
    /// Where it was read last.
    pub site: u32,
    location: *const Location<'static>,
    /// When, on the strand's own count of reads.
    pub when: u64,
    /// Its version then.
    pub version: u64,
    /// Its incarnation then.
    pub incarnation: u16,
    /// What it held.
    pub value: Value,
    /// Since when the strand has found this value at every read.
    pub since: u64,
    /// Its version then.
    pub since_version: u64,
}

const NOTHING: Read = Read {
    id: 0,
    mark: 0,
    site: 0,
    location: ptr::null(),
    when: 0,
    version: 0,
    incarnation: 0,
    value: Value::UNKNOWN,
    since: 0,
    since_version: 0,
};

/// See the module.
#[derive(Debug)]
pub struct Reads {
    block: Handle,
    sets: usize,
    next: u64,
}

impl Reads {
    /// None.
    pub const fn new() -> Self {
        Reads {
            block: 0,
            sets: 0,
            next: 1,
        }
    }

    /// The set that a location belongs to.
    #[inline]
    #[expect(
        clippy::mut_from_ref,
        reason = "the strand's own table, behind a handle"
    )]
    fn set(&self, id: u64) -> &mut [Read] {
        if self.sets == 0 {
            return &mut [];
        }
        let set = (id >> 32) as usize & (self.sets - 1);
        // SAFETY: the block holds `sets * WAYS` entries, and only its strand reaches it; no two sets
        // are asked for at a time but disjoint ones.
        unsafe {
            core::slice::from_raw_parts_mut(
                arena::address(self.block).cast::<Read>().add(set * WAYS),
                WAYS,
            )
        }
    }

    /// The strand writes a location: what it had read of it since it last did.
    #[inline]
    pub fn forget(&self, id: u64) -> Option<Read> {
        let read = self.set(id).iter_mut().find(|read| read.id == id)?;
        let known = *read;
        read.id = 0;
        Some(known)
    }

    /// The strand read a location of this version at this line. False if that is news, which must be
    /// [noted](Self::note).
    #[inline]
    pub fn again(&mut self, id: u64, version: u64, at: &At) -> bool {
        let when = self.next;
        let known = self.set(id).iter_mut().find(|read| read.id == id);
        let known =
            known.filter(|read| read.version == version && ptr::eq(read.location, at.location));
        match known {
            Some(read) => {
                read.when = when;
                self.next = when + 1;
                true
            }
            None => false,
        }
    }

    /// The strand read a location that looked like this.
    pub fn note(&mut self, mark: Handle, look: &Look, site: u32, at: &At) {
        let when = self.next;
        self.next += 1;
        let fresh = Read {
            id: look.id,
            mark,
            site,
            location: at.location,
            when,
            version: look.version,
            incarnation: look.incarnation,
            value: look.value,
            since: when,
            since_version: look.version,
        };
        match self.set(look.id).iter_mut().find(|read| read.id == look.id) {
            // The same belief, still.
            Some(read) if read.value.same(look.value) == Some(true) => {
                *read = Read {
                    since: read.since,
                    since_version: read.since_version,
                    ..fresh
                }
            }
            Some(read) => *read = fresh,
            None => self.add(fresh),
        }
    }

    #[cold]
    fn add(&mut self, fresh: Read) {
        loop {
            let full = self.sets >= SETS;
            let set = self.set(fresh.id);
            if let Some(free) = set.iter_mut().find(|read| read.id == 0) {
                *free = fresh;
                return;
            }
            match set.iter_mut().min_by_key(|read| read.when) {
                Some(oldest) if full => {
                    *oldest = fresh;
                    return;
                }
                _ => self.grow(),
            }
        }
    }

    fn grow(&mut self) {
        let sets = (self.sets * 2).max(8);
        let block = arena::alloc(sets * WAYS * size_of::<Read>());
        let entries = arena::address(block).cast::<Read>();
        for index in 0..sets * WAYS {
            // SAFETY: within the fresh block.
            unsafe { entries.add(index).write(NOTHING) };
        }
        let old = core::mem::replace(
            self,
            Reads {
                block,
                sets,
                next: self.next,
            },
        );
        for read in old.all() {
            // Twice as many sets as before: there is room.
            if let Some(free) = self.set(read.id).iter_mut().find(|other| other.id == 0) {
                *free = read;
            }
        }
        old.free();
    }

    /// Every location.
    pub fn all(&self) -> impl Iterator<Item = Read> {
        let block = self.block;
        (0..self.sets * WAYS)
            // SAFETY: the block holds that many entries, and there is one if that is not 0.
            .map(move |index| unsafe { *arena::address(block).cast::<Read>().add(index) })
            .filter(|read| read.id != 0)
    }

    fn free(self) {
        if self.sets > 0 {
            // SAFETY: the block is ours, of that size.
            unsafe { arena::free(self.block, self.sets * WAYS * size_of::<Read>()) };
        }
    }

    /// Gives the memory back.
    pub fn clear(&mut self) {
        core::mem::replace(self, Reads::new()).free();
    }
}
