//! A strand's table of what it has read where it does not own the mark.
//!
//! By identity: open addressing with linear probing, half empty at least, so that one line of the processor's
//! cache mostly does. What is forgotten keeps its place, as it is mostly read again, until the table is made
//! anew. It doubles up to [`PLACES`] places; from then on all but the last 2^14 reads or so are swept out when it
//! is half full. Since when a strand has believed what it read again and again matters to few and stands apart.
//!
//! What changes the table, and need not be answered, waits in a short queue until the table is asked
//! something: its lines are on their way to the processor meanwhile.

use super::super::arena::{self, Handle};
use super::super::mark::Version;
use super::super::read::{BELIEVED, Belief, FORM, Read};
use super::super::value::Value;
use super::time::Time;

/// Most places, and fewest.
pub const PLACES: usize = 1 << 16;
const FEWEST: usize = 32;

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
    /// When it was read last; 0: it is forgotten, or is to be.
    when: u32,
    site: u32,
    /// Its mark, and whether there is a [`Belief`].
    mark: u32,
}

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

    #[inline]
    fn is_forgotten(&self) -> bool {
        self.when == 0
    }

    fn value(&self) -> Value {
        Value::from_words(self.bits, self.form())
    }
}

/// See the module.
#[derive(Debug)]
pub struct Table {
    /// So many entries.
    entries: Handle,
    /// Beliefs, in the same places.
    beliefs: Handle,
    places: usize,
    /// What leaves a place's number of an identity.
    shift: u32,
    /// Of them, those that are taken.
    len: usize,
    /// Changes that wait, [`QUEUE`] at most.
    queue: Handle,
    waiting: usize,
    /// Reads that were noted in a large table, since a token was due for them.
    news: u32,
    /// Whether any were ever swept out.
    swept: bool,
}

/// Changes that may wait.
const QUEUE: usize = 16;

impl Table {
    /// None.
    pub const fn new() -> Self {
        Table {
            entries: 0,
            beliefs: 0,
            places: 0,
            shift: 0,
            len: 0,
            queue: 0,
            waiting: 0,
            news: 0,
            swept: false,
        }
    }

    /// Where a location is looked for first.
    #[inline]
    fn home(&self, id: u64) -> usize {
        // Identities are spread by multiplication: their highest bits are the best.
        (id >> self.shift) as usize
    }

    #[inline]
    fn after(&self, index: usize) -> usize {
        (index + 1) & (self.places - 1)
    }

    #[inline]
    fn entry(&self, index: usize) -> *mut Entry {
        // SAFETY: the block holds `places` entries, and only its strand reaches it.
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

    #[inline]
    fn id(&self, index: usize) -> u64 {
        // SAFETY: in bounds, and initialised when the table was made.
        unsafe { (*self.entry(index)).id }
    }

    /// The place of a location if the strand has read it, else the one where it would be put.
    #[inline]
    fn seek(&self, id: u64) -> Result<usize, usize> {
        let mut index = self.home(id);
        loop {
            match self.id(index) {
                found if found == id => return Ok(index),
                0 => return Err(index),
                _ => index = self.after(index),
            }
        }
    }

    /// Where a location is, if the strand has read it.
    #[inline]
    fn find(&self, id: u64) -> Option<usize> {
        if self.places == 0 || id == 0 {
            return None;
        }
        let index = self.seek(id).ok()?;
        (!self.get(index).is_forgotten()).then_some(index)
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
            belief,
        }
    }

    /// Lets a change wait.
    #[inline]
    fn push(&mut self, change: Entry, time: &mut Time) {
        if self.waiting == QUEUE {
            self.settle(time);
        }
        if self.queue == 0 {
            self.queue = arena::alloc(QUEUE * size_of::<Entry>());
        }
        // SAFETY: the block holds so many changes, and only its strand reaches it.
        unsafe {
            arena::address(self.queue)
                .cast::<Entry>()
                .add(self.waiting)
                .write(change)
        };
        self.waiting += 1;
        if self.places > 0 {
            arena::fetch(self.entry(self.home(change.id)));
        }
    }

    /// Makes the changes that wait.
    #[inline(never)]
    fn settle(&mut self, time: &mut Time) {
        let waiting = core::mem::take(&mut self.waiting);
        for index in 0..waiting {
            // SAFETY: `push` wrote it.
            let change = unsafe { *arena::address(self.queue).cast::<Entry>().add(index) };
            self.put(change, time);
        }
    }

    /// Makes the changes that wait, if any do.
    #[inline]
    pub fn catch_up(&mut self, time: &mut Time) {
        if self.waiting > 0 {
            self.settle(time);
        }
    }

    /// [`forget`](Self::forget), where nobody asks what that was.
    #[inline]
    pub fn forget_in_time(&mut self, id: u64, time: &mut Time) {
        if self.waiting > 0 || self.len > 0 {
            self.push(Entry { id, ..NO_ENTRY }, time);
        }
    }

    /// What the strand had read of a location, which it forgets.
    #[inline]
    pub fn forget(&mut self, id: u64, time: &mut Time) -> Option<Read> {
        self.catch_up(time);
        self.take(id)
    }

    #[inline]
    fn take(&mut self, id: u64) -> Option<Read> {
        let index = self.find(id)?;
        let read = self.read(index, self.get(index));
        // SAFETY: in bounds, and the strand's own.
        unsafe { (*self.entry(index)).when = 0 };
        Some(read)
    }

    /// The strand read a location of this version; `present`: not its value, only that it is there. False
    /// if that is news.
    #[inline]
    pub fn again(&mut self, id: u64, version: Version, present: bool, time: &mut Time) -> bool {
        self.catch_up(time);
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
            entry.when = time.now();
            self.note_news(time);
        }
        known
    }

    /// The strand read a location now, and this is news.
    #[inline]
    pub fn note(
        &mut self,
        mark: Handle,
        (id, version): (u64, Version),
        value: Value,
        site: u32,
        time: &mut Time,
    ) {
        let (bits, form) = value.words();
        let fresh = Entry {
            id,
            bits,
            version: version << FORM | u32::from(form),
            when: time.now(),
            site,
            mark,
        };
        self.push(fresh, time);
    }

    /// Makes a change. It matters little to the processor which one: most are of what has a place.
    #[inline]
    fn put(&mut self, mut change: Entry, time: &mut Time) {
        if self.places == 0 {
            self.make_room(time);
        }
        let index = match self.seek(change.id) {
            Ok(index) => {
                if !(change.is_forgotten() | self.get(index).is_forgotten()) {
                    self.go_on_believing(index, &mut change);
                }
                index
            }
            Err(_) if change.is_forgotten() => return,
            Err(mut index) => {
                if (self.len + 1) * 2 > self.places {
                    self.make_room(time);
                    let (Ok(room) | Err(room)) = self.seek(change.id);
                    index = room;
                }
                self.len += 1;
                index
            }
        };
        // SAFETY: in bounds, and the strand's own.
        unsafe { *self.entry(index) = change };
        self.note_news(time);
    }

    /// A read was noted, beside which others look older: if the table may soon be swept, those that nobody notes
    /// must not look too old.
    #[inline]
    fn note_news(&mut self, time: &mut Time) {
        const OFTEN: u32 = 1 << 12;
        if self.len > PLACES / 4 {
            self.news = (self.news + 1) % OFTEN;
            if self.news == 0 {
                time.renew();
            }
        }
    }

    /// Whether the strand may have read what is not known here.
    pub fn has_swept(&self) -> bool {
        self.swept
    }

    /// What is read anew may be what the strand believes in since it read what is at `index`.
    #[inline]
    fn go_on_believing(&mut self, index: usize, fresh: &mut Entry) {
        let old = self.get(index);
        if old.value().same(fresh.value()) == Some(true) {
            let read = self.read(index, old);
            fresh.mark |= BELIEVED;
            // SAFETY: in bounds, and the strand's own.
            unsafe { *self.belief(index) = read.belief };
        }
    }

    #[cold]
    fn make_room(&mut self, time: &mut Time) {
        let known = self.entries().count();
        if known * 4 < self.places {
            return self.rebuild(self.places, |_| true);
        }
        if self.places < PLACES {
            return self.rebuild((self.places * 2).max(FEWEST), |_| true);
        }
        let now = time.now();
        let oldest = self.age_of(PLACES / 4, known, now);
        self.rebuild(PLACES, |entry| now.wrapping_sub(entry.when) <= oldest);
        // Their keys do not know that they are forgotten.
        time.renew();
        self.swept = true;
    }

    /// About how old the reads are, `known` in all, that so many of them are younger than: of a sample.
    fn age_of(&self, younger: usize, known: usize, now: u32) -> u32 {
        const SAMPLES: usize = 512;
        let mut ages = [0; SAMPLES];
        let sample = self.entries().step_by(known.div_ceil(SAMPLES));
        let taken = sample.zip(&mut ages).map(|((_, entry), age)| {
            *age = now.wrapping_sub(entry.when);
        });
        let taken = taken.count();
        let rank = (taken * younger / known).min(taken - 1);
        *ages[..taken].select_nth_unstable(rank).1
    }

    /// Makes another table, of those that are known and to be kept.
    fn rebuild(&mut self, places: usize, is_kept: impl Fn(&Entry) -> bool) {
        let fresh = Table {
            // Zeroes are no entries.
            entries: arena::alloc(places * size_of::<Entry>()),
            beliefs: arena::alloc(places * size_of::<Belief>()),
            places,
            shift: u64::BITS - places.ilog2(),
            len: 0,
            ..*self
        };
        let mut old = core::mem::replace(self, fresh);
        for (index, entry) in old.entries().filter(|(_, entry)| is_kept(entry)) {
            let (Ok(to) | Err(to)) = self.seek(entry.id);
            self.len += 1;
            // SAFETY: in bounds of either table.
            unsafe {
                *self.entry(to) = entry;
                *self.belief(to) = *old.belief(index);
            }
        }
        old.free_table();
    }

    fn entries(&self) -> impl Iterator<Item = (usize, Entry)> {
        (0..self.places)
            .map(|index| (index, self.get(index)))
            .filter(|(_, entry)| entry.id != 0 && !entry.is_forgotten())
    }

    /// Every location, once the strand [caught up](Self::catch_up).
    pub fn iter(&self) -> impl Iterator<Item = Read> {
        debug_assert_eq!(self.waiting, 0);
        self.entries().map(|(index, entry)| self.read(index, entry))
    }

    fn free_table(&mut self) {
        if self.places > 0 {
            // SAFETY: the blocks are ours, of these sizes.
            unsafe {
                arena::free(self.entries, self.places * size_of::<Entry>());
                arena::free(self.beliefs, self.places * size_of::<Belief>());
            }
        }
    }

    /// Gives the memory back.
    pub fn clear(&mut self) {
        self.free_table();
        if self.queue != 0 {
            // SAFETY: the block is ours, of this size.
            unsafe { arena::free(self.queue, QUEUE * size_of::<Entry>()) };
        }
        *self = Table::new();
    }
}
