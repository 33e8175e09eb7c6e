//! What a strand has read, so that a later write can be asked what it acts on.
//!
//! A table of the locations that the strand read and has not written since, by identity: open addressing with
//! linear probing, half empty at least, so that one line of the processor's cache mostly does. What is
//! forgotten keeps its place, as it is mostly read again, until the table is made anew. It doubles up
//! to [`PLACES`] places; from then on all but the last 2^14 reads or so are swept out when it is half full. Since
//! when a strand has believed what it read again and again matters to few and stands apart.
//!
//! What changes the table, and need not be answered, waits in a short queue until the table is asked
//! something: its lines are on their way to the processor meanwhile.
//!
//! A key of a map knows the last strand that read it since it was written, by the strand's
//! [token](Reads::token): to read it again is no news, and the table is not asked. That tells all but
//! when it was read last, which matters beside the reads of atomics, and for what is old enough to be swept
//! out: so each of the former makes another token due, and so does every few thousandth read that is noted in
//! a table which may soon be swept, and whatever the table forgets by itself.

use super::arena::{self, Handle};
use super::mark::Version;
use super::value::Value;
use core::sync::atomic::{AtomicU32, Ordering};

/// Most places, and fewest.
const PLACES: usize = 1 << 16;
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

    #[inline]
    fn is_forgotten(&self) -> bool {
        self.when == 0
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

/// See the module.
#[derive(Debug)]
pub struct Reads {
    /// So many entries.
    entries: Handle,
    /// Beliefs, in the same places.
    beliefs: Handle,
    places: usize,
    /// What leaves a place's number of an identity.
    shift: u32,
    /// Of them, those that are taken.
    len: usize,
    next: u32,
    /// Changes that wait, [`QUEUE`] at most.
    queue: Handle,
    waiting: usize,
    /// See [`token`](Self::token); 0: due.
    token: u32,
    /// Reads that were noted in a large table, since a token was due for them.
    news: u32,
    /// Whether any were ever swept out.
    swept: bool,
    /// Tokens that nobody has: from the last one that was had, how many more.
    tokens: (u32, u32),
}

/// Changes that may wait.
const QUEUE: usize = 16;

impl Reads {
    /// None.
    pub const fn new() -> Self {
        Reads {
            entries: 0,
            beliefs: 0,
            places: 0,
            shift: 0,
            len: 0,
            next: 1,
            queue: 0,
            waiting: 0,
            token: 0,
            news: 0,
            swept: false,
            tokens: (0, 0),
        }
    }

    /// What stands for the strand's reads of keys since it last read anything else: no other strand's, until 2^32
    /// of them were had.
    #[inline]
    pub fn token(&mut self) -> u32 {
        if self.token == 0 {
            self.draw();
        }
        self.token
    }

    fn draw(&mut self) {
        /// Drawn at once, so that strands seldom meet here.
        const MANY: u32 = 64;
        static NEXT: AtomicU32 = AtomicU32::new(0);
        if self.tokens.1 == 0 {
            self.tokens = (NEXT.fetch_add(MANY, Ordering::Relaxed), MANY);
        }
        self.tokens = (self.tokens.0.wrapping_add(1), self.tokens.1 - 1);
        // The first and the last of all stand for nothing.
        self.token = self.tokens.0.clamp(1, u32::MAX - 1);
    }

    /// When the strand read keys last counts from here on.
    #[inline]
    pub fn renew(&mut self) {
        self.token = 0;
    }

    /// The strand read once more what its token says that it knows.
    #[inline]
    pub fn repeated(&mut self) {
        self.tick();
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
            since: belief.since,
            since_version: belief.version,
        }
    }

    /// Lets a change wait.
    #[inline]
    fn push(&mut self, change: Entry) {
        if self.waiting == QUEUE {
            self.settle();
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
    fn settle(&mut self) {
        let waiting = core::mem::take(&mut self.waiting);
        for index in 0..waiting {
            // SAFETY: `push` wrote it.
            let change = unsafe { *arena::address(self.queue).cast::<Entry>().add(index) };
            self.put(change);
        }
    }

    /// Makes the changes that wait, if any do.
    #[inline]
    pub fn catch_up(&mut self) {
        if self.waiting > 0 {
            self.settle();
        }
    }

    /// [`forget`](Self::forget), where nobody asks what that was.
    #[inline]
    pub fn forget_in_time(&mut self, id: u64) {
        if self.waiting > 0 || self.len > 0 {
            self.push(Entry { id, ..NO_ENTRY });
        }
    }

    /// [`note`](Self::note), of a location that the strand has not read at this version.
    #[inline]
    pub fn note_in_time(
        &mut self,
        mark: Handle,
        (id, version): (u64, Version),
        value: Value,
        site: u32,
    ) {
        let fresh = self.fresh(mark, (id, version), value, site);
        self.push(fresh);
    }

    /// The strand writes a location, or looks at it anew: what it had read of it since it last did.
    #[inline]
    pub fn forget(&mut self, id: u64) -> Option<Read> {
        self.catch_up();
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
    /// if that is news, which must be [noted](Self::note).
    #[inline]
    pub fn again(&mut self, id: u64, version: Version, present: bool) -> bool {
        self.catch_up();
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
            self.note_news();
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
    pub fn note(&mut self, mark: Handle, known: (u64, Version), value: Value, site: u32) {
        self.catch_up();
        let fresh = self.fresh(mark, known, value, site);
        self.put(fresh);
    }

    #[inline]
    fn fresh(
        &mut self,
        mark: Handle,
        (id, version): (u64, Version),
        value: Value,
        site: u32,
    ) -> Entry {
        let (bits, form) = value.words();
        let fresh = Entry {
            id,
            bits,
            version: version << FORM | u32::from(form),
            when: self.next,
            site,
            mark,
        };
        self.tick();
        fresh
    }

    /// Makes a change. It matters little to the processor which one: most are of what has a place.
    #[inline]
    fn put(&mut self, mut change: Entry) {
        if self.places == 0 {
            self.make_room();
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
                    self.make_room();
                    let (Ok(room) | Err(room)) = self.seek(change.id);
                    index = room;
                }
                self.len += 1;
                index
            }
        };
        // SAFETY: in bounds, and the strand's own.
        unsafe { *self.entry(index) = change };
        self.note_news();
    }

    /// A read was noted, beside which others look older: if the table may soon be swept, those that nobody notes
    /// must not look too old.
    #[inline]
    fn note_news(&mut self) {
        const OFTEN: u32 = 1 << 12;
        if self.len > PLACES / 4 {
            self.news = (self.news + 1) % OFTEN;
            if self.news == 0 {
                self.renew();
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
            let belief = Belief {
                since: read.since,
                version: read.since_version,
            };
            // SAFETY: in bounds, and the strand's own.
            unsafe { *self.belief(index) = belief };
        }
    }

    #[cold]
    fn make_room(&mut self) {
        let known = self.entries().count();
        if known * 4 < self.places {
            return self.rebuild(self.places, |_| true);
        }
        if self.places < PLACES {
            return self.rebuild((self.places * 2).max(FEWEST), |_| true);
        }
        let (now, oldest) = (self.next, self.age_of(PLACES / 4, known));
        self.rebuild(PLACES, |entry| now.wrapping_sub(entry.when) <= oldest);
        // Their keys do not know that they are forgotten.
        self.renew();
        self.swept = true;
    }

    /// About how old the reads are, `known` in all, that so many of them are younger than: of a sample.
    fn age_of(&self, younger: usize, known: usize) -> u32 {
        const SAMPLES: usize = 512;
        let mut ages = [0; SAMPLES];
        let sample = self.entries().step_by(known.div_ceil(SAMPLES));
        let taken = sample.zip(&mut ages).map(|((_, entry), age)| {
            *age = self.next.wrapping_sub(entry.when);
        });
        let taken = taken.count();
        let rank = (taken * younger / known).min(taken - 1);
        *ages[..taken].select_nth_unstable(rank).1
    }

    /// Makes another table, of those that are known and to be kept.
    fn rebuild(&mut self, places: usize, is_kept: impl Fn(&Entry) -> bool) {
        let fresh = Reads {
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
    pub fn all(&self) -> impl Iterator<Item = Read> {
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
        assert_eq!(
            (forgotten.version, forgotten.value, forgotten.site),
            (3, five, 1)
        );
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
        let read = reads.forget(ids[0]).expect("it was read");
        let other = reads.all().next().expect("the other");
        assert_eq!((read.version, read.since_version, read.site), (9, 3, 2));
        assert!(read.since < other.when && other.when < read.when);
        reads.clear();
    }

    #[test]
    fn the_table_grows_and_then_the_older_are_swept_out() {
        let mut reads = Reads::new();
        for n in 1..=200_000 {
            reads.note(0, (spread(n), n as Version), Value::UNKNOWN, 1);
        }
        let kept: Vec<_> = reads.all().map(|read| read.version).collect();
        assert!(kept.len() >= PLACES / 4, "{}", kept.len());
        let oldest = kept.iter().min().copied().expect("some are left");
        assert_eq!(kept.len(), (oldest..=200_000).count());
        reads.clear();
    }

    #[test]
    fn what_was_read_long_ago_is_swept_out_though_another_was_read_often() {
        let mut reads = Reads::new();
        let most = PLACES as u64 / 2;
        for n in 1..=most {
            reads.note(0, (spread(n), 1), Value::UNKNOWN, 1);
        }
        for _ in 0..1_000_000 {
            assert!(reads.again(spread(most), 1, false));
        }
        reads.note(0, (spread(most + 1), 1), Value::UNKNOWN, 1);
        let kept = reads.all().count();
        let about = PLACES / 4 - PLACES / 32..PLACES / 4 + PLACES / 32;
        assert!(about.contains(&kept), "{kept}");
        reads.clear();
    }

    /// Against a map; identities that share their places, forgotten in any order.
    #[test]
    fn what_was_put_behind_something_forgotten_is_still_found() {
        use std::collections::HashMap;
        let (mut reads, mut model) = (Reads::new(), HashMap::new());
        let mut random = 1u64;
        for n in 1..=100_000u32 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            // The highest bits alike: a cluster that wraps around.
            let id = !0 << 12 | random >> 52 | 1;
            match random >> 40 & 3 {
                0 => assert_eq!(reads.forget(id).map(|read| read.version), model.remove(&id)),
                1 => {
                    reads.forget_in_time(id);
                    model.remove(&id);
                }
                2 => {
                    reads.note_in_time(0, (id, n), Value::UNKNOWN, 1);
                    model.insert(id, n);
                }
                _ => {
                    reads.note(0, (id, n), Value::UNKNOWN, 1);
                    model.insert(id, n);
                }
            }
        }
        reads.catch_up();
        let left: HashMap<_, _> = reads.all().map(|read| (read.id, read.version)).collect();
        assert_eq!(left, model);
        reads.clear();
    }

    /// Of the locations that come and go, the table keeps what it is told is still read.
    #[test]
    fn a_token_is_due_before_what_it_stands_for_is_swept_out() {
        let (mut reads, hot) = (Reads::new(), spread(1));
        reads.note(0, (hot, 1), Value::UNKNOWN, 1);
        let mut token = reads.token();
        for n in 2..=200_000 {
            reads.note(0, (spread(n), 1), Value::UNKNOWN, 1);
            if reads.token() != token {
                assert!(reads.again(hot, 1, false), "swept out at {n}");
                token = reads.token();
            }
        }
        reads.clear();
    }

    /// Nor does what is noted again and again make it look too old.
    #[test]
    fn a_token_is_due_where_others_are_read_again() {
        const OTHERS: u64 = 24_000;
        let (mut reads, hot) = (Reads::new(), spread(1));
        (1..=OTHERS).for_each(|n| reads.note(0, (spread(n), 1), Value::UNKNOWN, 1));
        let mut token = 0;
        for n in 0..60 * OTHERS {
            let other = spread(2 + n % 20_000);
            if !reads.again(other, 1, false) {
                reads.note(0, (other, 1), Value::UNKNOWN, 1);
            }
            if n % 64 == 0 {
                reads.note(0, (spread(OTHERS + n), 1), Value::UNKNOWN, 1);
            }
            if reads.token() != token {
                assert!(reads.again(hot, 1, false), "swept out at {n}");
                token = reads.token();
            }
        }
        assert!(reads.has_swept());
        reads.clear();
    }

    #[test]
    fn a_token_lasts_for_as_long_as_the_table_is_not_full() {
        let mut reads = Reads::new();
        let token = reads.token();
        for n in 1..=PLACES as u64 / 4 {
            reads.note(0, (spread(n), 1), Value::UNKNOWN, 1);
        }
        assert_eq!(reads.token(), token);
        reads.clear();
    }

    #[test]
    fn a_token_is_due_when_something_else_was_read_or_forgotten() {
        let (mut reads, mut other) = (Reads::new(), Reads::new());
        let token = reads.token();
        assert_eq!(reads.token(), token);
        assert!(token != 0 && other.token() != token);
        reads.renew();
        assert_ne!(reads.token(), token);
    }
}
