//! What a strand has read, so that a later write can be asked what it acts on.
//!
//! A table of the locations that the strand read and has not written since, by identity, in sets of
//! [`WAYS`] as a cache has them. It doubles up to [`SETS`] sets; from then on the oldest read of a set
//! gives way, so the checks on composed operations see a strand's last 2^14 locations or so. What a read
//! that repeats itself must look at, and nothing else, is one line of a processor's cache a set.

use super::arena::{self, Handle};
use super::mark::Look;
use super::value::Value;

/// Entries of a set.
const WAYS: usize = 4;
/// Most sets.
const SETS: usize = 1 << 12;

/// What a read that repeats itself looks at.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Tag {
    /// Which; 0: none.
    id: u64,
    /// Twice its version then; one more where its value was not looked at.
    version: u32,
    /// When, on the strand's own count of reads.
    when: u32,
}

const NO_TAG: Tag = Tag {
    id: 0,
    version: 0,
    when: 0,
};

type Set = [Tag; WAYS];

/// One location, as the strand read it last.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// Which.
    pub id: u64,
    /// Its mark.
    pub mark: Handle,
    /// Where it was read at this version first.
    pub site: u32,
    /// When it was read last, on the strand's own count of reads.
    pub when: u32,
    /// Its version then.
    pub version: u64,
    /// Its incarnation then.
    pub incarnation: u16,
    /// What it held.
    pub value: Value,
    /// Since when the strand has found this value at every read.
    pub since: u32,
    /// Its version then.
    pub since_version: u64,
}

fn tag_version(version: u64, value: Value) -> u32 {
    (version as u32) << 1 | u32::from(value == Value::PRESENT)
}

/// See the module.
#[derive(Debug)]
pub struct Reads {
    /// `sets` sets of tags.
    tags: Handle,
    /// The rest of each, in the same places.
    rest: Handle,
    sets: usize,
    next: u32,
}

impl Reads {
    /// None.
    pub const fn new() -> Self {
        Reads {
            tags: 0,
            rest: 0,
            sets: 0,
            next: 1,
        }
    }

    #[inline]
    fn set_of(&self, id: u64) -> usize {
        (id >> 32) as usize & (self.sets - 1)
    }

    /// The tags of a set; there is one.
    #[inline]
    fn tags(&mut self, set: usize) -> &mut Set {
        // SAFETY: the block holds `sets` sets, and only its strand reaches it.
        unsafe { &mut *arena::address(self.tags).cast::<Set>().add(set) }
    }

    #[inline]
    fn rest(&self, set: usize, way: usize) -> *mut Read {
        // SAFETY: the block holds `sets * WAYS` entries.
        unsafe {
            arena::address(self.rest)
                .cast::<Read>()
                .add(set * WAYS + way)
        }
    }

    /// Where a location is, if the strand has read it.
    #[inline]
    fn find(&mut self, id: u64) -> Option<(usize, usize)> {
        if self.sets == 0 {
            return None;
        }
        let set = self.set_of(id);
        let way = self.tags(set).iter().position(|tag| tag.id == id)?;
        Some((set, way))
    }

    fn tag(&self, set: usize, way: usize) -> Tag {
        // SAFETY: as in `tags`.
        unsafe { (*arena::address(self.tags).cast::<Set>().add(set))[way] }
    }

    fn read(&self, set: usize, way: usize) -> Read {
        let when = self.tag(set, way).when;
        // SAFETY: the entry is in bounds, and was written when its tag was.
        let read = unsafe { *self.rest(set, way) };
        Read { when, ..read }
    }

    /// The strand writes a location: what it had read of it since it last did.
    #[inline]
    pub fn forget(&mut self, id: u64) -> Option<Read> {
        let (set, way) = self.find(id)?;
        let known = self.read(set, way);
        self.tags(set)[way] = NO_TAG;
        Some(known)
    }

    /// The strand read a location of this version; `present`: not its value, only that it is there. False
    /// if that is news, which must be [noted](Self::note).
    #[inline]
    pub fn again(&mut self, id: u64, version: u64, present: bool) -> bool {
        let Some((set, way)) = self.find(id) else {
            return false;
        };
        let when = self.tick();
        let tag = &mut self.tags(set)[way];
        // What is known of the value holds for the presence too.
        let known = tag.version >> 1 == version as u32 & (u32::MAX >> 1)
            && (present || tag.version & 1 == 0);
        if known {
            tag.when = when;
        }
        known
    }

    #[inline]
    fn tick(&mut self) -> u32 {
        self.next = self.next.wrapping_add(1);
        if self.next == 0 {
            // Which of two reads came first would no longer be known.
            self.clear();
        }
        self.next
    }

    /// How often the strand has read anything.
    #[inline]
    pub fn count(&self) -> u64 {
        self.next.into()
    }

    /// The strand read a location that looked like this.
    pub fn note(&mut self, mark: Handle, look: &Look, site: u32) {
        let when = self.tick();
        let fresh = Read {
            id: look.id,
            mark,
            site,
            when,
            version: look.version,
            incarnation: look.incarnation,
            value: look.value,
            since: when,
            since_version: look.version,
        };
        let Some((set, way)) = self.find(look.id) else {
            return self.add(fresh);
        };
        let old = self.read(set, way);
        match old.value.same(look.value) {
            // The same belief, still.
            Some(true) => {
                let (since, since_version) = (old.since, old.since_version);
                self.put(
                    (set, way),
                    Read {
                        since,
                        since_version,
                        ..fresh
                    },
                );
            }
            _ => self.put((set, way), fresh),
        }
    }

    fn put(&mut self, (set, way): (usize, usize), read: Read) {
        // SAFETY: in bounds, and the strand's own.
        unsafe { *self.rest(set, way) = read };
        self.tags(set)[way] = Tag {
            id: read.id,
            version: tag_version(read.version, read.value),
            when: read.when,
        };
    }

    #[cold]
    fn add(&mut self, fresh: Read) {
        loop {
            if self.sets > 0 {
                let set = self.set_of(fresh.id);
                let tags = self.tags(set);
                let free = tags.iter().position(|tag| tag.id == 0);
                let oldest = (0..WAYS).min_by_key(|&way| tags[way].when);
                let way = match self.sets >= SETS {
                    true => free.or(oldest),
                    false => free,
                };
                if let Some(way) = way {
                    return self.put((set, way), fresh);
                }
            }
            self.grow();
        }
    }

    fn grow(&mut self) {
        let sets = (self.sets * 2).max(8);
        let fresh = Reads {
            tags: arena::alloc(sets * size_of::<Set>()),
            rest: arena::alloc(sets * WAYS * size_of::<Read>()),
            sets,
            next: self.next,
        };
        let mut old = core::mem::replace(self, fresh);
        for set in 0..sets {
            *self.tags(set) = [NO_TAG; WAYS];
        }
        for read in old.all() {
            // Twice as many sets as before: there is room.
            let set = self.set_of(read.id);
            if let Some(way) = self.tags(set).iter().position(|tag| tag.id == 0) {
                self.put((set, way), read);
            }
        }
        old.free();
    }

    /// Every location.
    pub fn all(&self) -> impl Iterator<Item = Read> {
        (0..self.sets * WAYS).filter_map(|index| {
            let (set, way) = (index / WAYS, index % WAYS);
            (self.tag(set, way).id != 0).then(|| self.read(set, way))
        })
    }

    fn free(&mut self) {
        if self.sets > 0 {
            // SAFETY: the blocks are ours, of these sizes.
            unsafe {
                arena::free(self.tags, self.sets * size_of::<Set>());
                arena::free(self.rest, self.sets * WAYS * size_of::<Read>());
            }
        }
    }

    /// Gives the memory back.
    pub fn clear(&mut self) {
        self.free();
        *self = Reads::new();
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::Form;
    use super::*;

    fn look(id: u64, version: u64, value: Value) -> Look {
        Look {
            version,
            value,
            ..Look::untouched(id)
        }
    }

    #[test]
    fn a_read_is_known_until_the_version_moves_or_it_is_written() {
        let (mut reads, five) = (Reads::new(), Value::new(5, Form::Unsigned));
        let id = 7 << 32;
        assert!(!reads.again(id, 3, false));
        reads.note(0, &look(id, 3, five), 1);
        assert!(reads.again(id, 3, false) && reads.again(id, 3, true));
        assert!(!reads.again(id, 4, false));
        let read = reads.forget(id).expect("it was read");
        assert_eq!((read.version, read.value, read.site), (3, five, 1));
        assert!(reads.forget(id).is_none());
        reads.clear();
    }

    #[test]
    fn a_look_at_the_presence_alone_does_not_stand_for_one_at_the_value() {
        let mut reads = Reads::new();
        let id = 7 << 32;
        reads.note(0, &look(id, 3, Value::PRESENT), 1);
        assert!(reads.again(id, 3, true) && !reads.again(id, 3, false));
        reads.clear();
    }

    #[test]
    fn the_table_grows_and_then_the_oldest_give_way() {
        let mut reads = Reads::new();
        let id = |n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        for n in 1..=40_000 {
            reads.note(0, &look(id(n), n, Value::UNKNOWN), 1);
        }
        assert_eq!(reads.all().count(), SETS * WAYS);
        assert_eq!(
            reads.forget(id(40_000)).map(|read| read.version),
            Some(40_000)
        );
        reads.clear();
    }
}
