//! What a strand has read, so that a later write can be asked what it acts on.
//!
//! A table of the locations that the strand read and has not written since, by identity, in sets of
//! [`WAYS`] as a cache has them: a set is a line of the processor's cache. It doubles up to [`SETS`] sets;
//! from then on the older read of a set gives way, so the checks on composed operations see a strand's
//! last 2^15 locations or so. Since when a strand has believed what it read again and again matters to
//! few and stands apart.

use super::arena::{self, Handle};
use super::mark::Version;
use super::value::Value;

/// Entries of a set.
const WAYS: usize = 2;
/// Most sets.
const SETS: usize = 1 << 14;
/// A table of so many times as many places as entries does not grow.
const SPARSE: usize = 16;

/// One location, as it is kept.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Entry {
    /// Which; 0: none.
    id: u64,
    /// The value.
    bits: u64,
    /// Its version, and in the lowest [`FORM`] bits the form of the value.
    version: u32,
    when: u32,
    site: u32,
    /// Its mark, and whether there is a [`Belief`].
    mark: u32,
}

/// Bits of a value's form.
const FORM: u32 = 4;
/// Beside a mark's handle, which is of 29 bits.
const BELIEVED: u32 = 1 << 31;

const NO_ENTRY: Entry = Entry {
    id: 0,
    bits: 0,
    version: 0,
    when: 0,
    site: 0,
    mark: 0,
};

impl Entry {
    #[inline]
    fn form(&self) -> u8 {
        (self.version & ((1 << FORM) - 1)) as u8
    }

    #[inline]
    fn is_of(&self, version: Version) -> bool {
        (self.version ^ version << FORM) >> FORM == 0
    }

    fn value(&self) -> Value {
        Value::from_words(self.bits, self.form())
    }
}

/// Since when the strand has found a value at every read.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Belief {
    since: u32,
    version: u32,
}

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
    pub version: Version,
    /// What it held.
    pub value: Value,
    /// Since when the strand has found this value at every read.
    pub since: u32,
    /// Its version then.
    pub since_version: Version,
}

/// Where a location that was forgotten stood: until the next read.
#[derive(Debug)]
pub struct Forgotten {
    entry: Entry,
    index: usize,
}

impl Forgotten {
    /// Whether it was read at this version last.
    #[inline]
    pub fn is_of(&self, version: Version) -> bool {
        self.entry.is_of(version)
    }

    /// What it held.
    #[inline]
    pub fn value(&self) -> Value {
        self.entry.value()
    }
}

/// See the module.
#[derive(Debug)]
pub struct Reads {
    /// `sets` sets of entries.
    entries: Handle,
    /// Beliefs, in the same places.
    beliefs: Handle,
    sets: usize,
    /// What leaves a set's number of an identity.
    shift: u32,
    len: usize,
    next: u32,
}

impl Reads {
    /// None.
    pub const fn new() -> Self {
        Reads {
            entries: 0,
            beliefs: 0,
            sets: 0,
            shift: 0,
            len: 0,
            next: 1,
        }
    }

    /// The first place of the location's set.
    #[inline]
    fn set_of(&self, id: u64) -> usize {
        // Identities are spread by multiplication: their highest bits are the best.
        (id >> self.shift) as usize * WAYS
    }

    #[inline]
    fn entry(&self, index: usize) -> *mut Entry {
        // SAFETY: the block holds `sets * WAYS` entries, and only its strand reaches it.
        unsafe { arena::address(self.entries).cast::<Entry>().add(index) }
    }

    #[inline]
    fn belief(&self, index: usize) -> *mut Belief {
        // SAFETY: as in `entry`.
        unsafe { arena::address(self.beliefs).cast::<Belief>().add(index) }
    }

    #[inline]
    fn get(&self, index: usize) -> Entry {
        // SAFETY: in bounds, and initialised when the table was made.
        unsafe { *self.entry(index) }
    }

    /// Where a location is, if the strand has read it.
    #[inline]
    fn find(&self, id: u64) -> Option<usize> {
        if self.sets == 0 || id == 0 {
            return None;
        }
        let set = self.set_of(id);
        (set..set + WAYS).find(|&index| {
            // SAFETY: in bounds, and initialised when the table was made.
            unsafe { (*self.entry(index)).id == id }
        })
    }

    fn read(&self, index: usize, entry: Entry) -> Read {
        let version = entry.version >> FORM;
        let belief = match entry.mark & BELIEVED != 0 {
            // SAFETY: in bounds, and written when the flag was set.
            true => unsafe { *self.belief(index) },
            false => Belief {
                since: entry.when,
                version,
            },
        };
        Read {
            id: entry.id,
            mark: entry.mark & !BELIEVED,
            site: entry.site,
            when: entry.when,
            version,
            value: entry.value(),
            since: belief.since,
            since_version: belief.version,
        }
    }

    /// The strand writes a location, or looks at it anew: what it had read of it since it last did.
    #[inline]
    pub fn forget(&mut self, id: u64) -> Option<Forgotten> {
        let index = self.find(id)?;
        let entry = self.get(index);
        // SAFETY: in bounds, and the strand's own.
        unsafe { (*self.entry(index)).id = 0 };
        self.len -= 1;
        Some(Forgotten { entry, index })
    }

    /// What was forgotten, in full.
    pub fn recall(&self, forgotten: &Forgotten) -> Read {
        self.read(forgotten.index, forgotten.entry)
    }

    /// The strand read a location of this version; `present`: not its value, only that it is there. False
    /// if that is news, which must be [noted](Self::note).
    #[inline]
    pub fn again(&mut self, id: u64, version: Version, present: bool) -> bool {
        let Some(index) = self.find(id) else {
            return false;
        };
        // SAFETY: in bounds, and the strand's own.
        let entry = unsafe { &mut *self.entry(index) };
        // What is known of the value holds for the presence too.
        let known = entry.is_of(version) && (present || entry.form() != Value::PRESENT.words().1);
        if known {
            if entry.mark & BELIEVED == 0 {
                entry.mark |= BELIEVED;
                let belief = Belief {
                    since: entry.when,
                    version: entry.version >> FORM,
                };
                // SAFETY: in bounds, and the strand's own.
                unsafe { *self.belief(index) = belief };
            }
            entry.when = self.next;
            self.tick();
        }
        known
    }

    /// The next moment.
    #[inline]
    fn tick(&mut self) {
        self.next = self.next.wrapping_add(1);
        if self.next == 0 {
            // Which of two reads came first would no longer be known.
            self.clear();
        }
    }

    /// How often the strand has read anything.
    #[inline]
    pub fn count(&self) -> u64 {
        self.next.into()
    }

    /// The strand read a location, and this is news.
    pub fn note(&mut self, mark: Handle, (id, version): (u64, Version), value: Value, site: u32) {
        let (bits, form) = value.words();
        let mut fresh = Entry {
            id,
            bits,
            version: version << FORM | u32::from(form),
            when: self.next,
            site,
            mark,
        };
        self.tick();
        let Some(index) = self.find(id) else {
            return self.add(fresh);
        };
        let old = self.get(index);
        if old.value().same(value) == Some(true) {
            // The same belief, still.
            let read = self.read(index, old);
            fresh.mark |= BELIEVED;
            let belief = Belief {
                since: read.since,
                version: read.since_version,
            };
            // SAFETY: in bounds, and the strand's own.
            unsafe { *self.belief(index) = belief };
        }
        // SAFETY: as above.
        unsafe { *self.entry(index) = fresh };
    }

    fn add(&mut self, fresh: Entry) {
        loop {
            if self.sets > 0 {
                let set = self.set_of(fresh.id);
                let (first, second) = (self.get(set), self.get(set + 1));
                let is_full = first.id != 0 && second.id != 0;
                if !is_full || self.sets >= SETS || self.sets * WAYS >= self.len * SPARSE {
                    let index = match first.id == 0 || second.id != 0 && first.when < second.when {
                        true => set,
                        false => set + 1,
                    };
                    self.len += usize::from(!is_full);
                    // SAFETY: in bounds, and the strand's own.
                    unsafe { *self.entry(index) = fresh };
                    return;
                }
            }
            self.grow();
        }
    }

    #[cold]
    fn grow(&mut self) {
        let sets = (self.sets * 2).max(8);
        let fresh = Reads {
            entries: arena::alloc(sets * WAYS * size_of::<Entry>()),
            beliefs: arena::alloc(sets * WAYS * size_of::<Belief>()),
            sets,
            shift: u64::BITS - sets.ilog2(),
            len: self.len,
            next: self.next,
        };
        let mut old = core::mem::replace(self, fresh);
        for index in 0..sets * WAYS {
            // SAFETY: in bounds, and the strand's own.
            unsafe { *self.entry(index) = NO_ENTRY };
        }
        for (index, entry) in old.entries() {
            // Twice as many sets as before: there is room.
            let set = self.set_of(entry.id);
            let to = set + usize::from(self.get(set).id != 0);
            // SAFETY: in bounds of either table.
            unsafe {
                *self.entry(to) = entry;
                *self.belief(to) = *old.belief(index);
            }
        }
        old.free();
    }

    fn entries(&self) -> impl Iterator<Item = (usize, Entry)> {
        (0..self.sets * WAYS)
            .map(|index| (index, self.get(index)))
            .filter(|(_, entry)| entry.id != 0)
    }

    /// Every location.
    pub fn all(&self) -> impl Iterator<Item = Read> {
        self.entries().map(|(index, entry)| self.read(index, entry))
    }

    fn free(&mut self) {
        if self.sets > 0 {
            // SAFETY: the blocks are ours, of these sizes.
            unsafe {
                arena::free(self.entries, self.sets * WAYS * size_of::<Entry>());
                arena::free(self.beliefs, self.sets * WAYS * size_of::<Belief>());
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

    fn spread(n: u64) -> u64 {
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1
    }

    #[test]
    fn a_read_is_known_until_the_version_moves_or_it_is_written() {
        let (mut reads, five) = (Reads::new(), Value::new(5, Form::Unsigned));
        let id = 7 << 32;
        assert!(!reads.again(id, 3, false));
        reads.note(0, (id, 3), five, 1);
        assert!(reads.again(id, 3, false) && reads.again(id, 3, true));
        assert!(!reads.again(id, 4, false));
        let forgotten = reads.forget(id).expect("it was read");
        assert!(forgotten.is_of(3) && !forgotten.is_of(4));
        let read = reads.recall(&forgotten);
        assert_eq!((read.version, read.value, read.site), (3, five, 1));
        assert!(reads.forget(id).is_none());
        reads.clear();
    }

    #[test]
    fn a_look_at_the_presence_alone_does_not_stand_for_one_at_the_value() {
        let mut reads = Reads::new();
        let id = 7 << 32;
        reads.note(0, (id, 3), Value::PRESENT, 1);
        assert!(reads.again(id, 3, true) && !reads.again(id, 3, false));
        reads.clear();
    }

    #[test]
    fn a_belief_is_as_old_as_the_first_of_the_reads_that_found_it() {
        let (mut reads, five) = (Reads::new(), Value::new(5, Form::Unsigned));
        let ids = [7 << 32, 8 << 32];
        reads.note(0, (ids[0], 3), five, 1);
        reads.note(0, (ids[1], 0), five, 1);
        assert!(reads.again(ids[0], 3, false));
        reads.note(0, (ids[0], 9), five, 2);
        let forgotten = reads.forget(ids[0]).expect("it was read");
        let (read, other) = (
            reads.recall(&forgotten),
            reads.all().next().expect("the other"),
        );
        assert_eq!((read.version, read.since_version, read.site), (9, 3, 2));
        assert!(read.since < other.when && other.when < read.when);
        reads.clear();
    }

    #[test]
    fn the_table_grows_and_then_the_older_give_way() {
        let mut reads = Reads::new();
        for n in 1..=200_000 {
            reads.note(0, (spread(n), n as Version), Value::UNKNOWN, 1);
        }
        let kept = reads.all().count();
        assert!(kept > SETS * WAYS * 9 / 10, "{kept}");
        let newest = reads.forget(spread(200_000)).expect("it was read last");
        assert_eq!(reads.recall(&newest).version, 200_000);
        reads.clear();
    }
}
