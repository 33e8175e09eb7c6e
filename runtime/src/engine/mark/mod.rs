//! What the checks on composed operations remember of a location that strands read and write
//! atomically: a key of a map, an atomic.
//!
//! A mark counts the location's modifications and knows the last one: who, where, which value. Whoever
//! holds the location (the shard's lock, the atomic's clock) writes the mark; anybody may look at it at
//! any time, as by a sequence lock, for a strand remembers marks by their handles and asks later whether
//! they have moved. Marks are therefore never given back to the arena, only to a pool of their own,
//! and their identity is new each time.

mod note;

use super::arena::{self, Handle};
use super::epoch::Epoch;
use super::lock::{Came, Spin};
use super::read::Belief;
use super::value::Value;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

/// How often a location was modified, modulo 2^28: of two, what matters is whether they are the same.
pub type Version = u32;

const VERSIONS: u32 = 1 << 28;

/// See the module.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Mark {
    // First what every modification needs.
    /// Twice the number of modifications; odd while one is written down.
    sequence: AtomicU32,
    /// Form of the value, and the flags below.
    form: AtomicU32,
    writer: AtomicU64,
    bits: AtomicU64,
    /// Whose mark it is; 0: nobody's.
    id: AtomicU64,
    site: AtomicU32,
    /// What is [beside](Beside) it, once there is anything; of a free mark, the next in the pool.
    more: AtomicU32,
    note: note::Note,
}

// One line of the processor's cache.
const _: () = assert!(size_of::<Mark>() == 64);

/// What few marks need.
#[derive(Debug, Default)]
struct Beside {
    /// Who read the location last, for unordered operations.
    reader: AtomicU64,
    site: AtomicU32,
    /// The owner's belief.
    since: AtomicU32,
    version: AtomicU32,
}

impl Beside {
    fn belief(&self) -> Belief {
        Belief {
            since: self.since.load(Ordering::Relaxed),
            version: self.version.load(Ordering::Relaxed),
        }
    }

    fn believe(&self, belief: Belief) {
        self.since.store(belief.since, Ordering::Relaxed);
        self.version.store(belief.version, Ordering::Relaxed);
    }
}

/// Set in `form` where the last writer, and the last reader, were noted to hold a lock.
const LOCKED: [u32; 2] = [1 << 9, 1 << 10];
/// Set in `form` once it was counted up or down.
const GAUGE: u32 = 1 << 11;

/// A mark as it is at some moment.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whose it is.
    pub id: u64,
    /// How often the location was modified.
    pub version: Version,
    /// Its version when it came into being, where it is a key that was absent before and whoever looks holds it.
    pub born: Version,
    /// Who modified it last; none before the first modification.
    pub writer: Epoch,
    /// Where that was.
    pub site: u32,
    /// What it holds since.
    pub value: Value,
    /// Whether it was ever counted up or down: its value names nothing.
    pub gauge: bool,
}

impl Look {
    /// Whether it came into being since it was of this version.
    pub fn came_after(&self, version: Version) -> bool {
        let age = |then: Version| self.version.wrapping_sub(then) % VERSIONS;
        age(self.born) < age(version)
    }
}

impl Mark {
    /// The mark behind a handle; none for 0.
    #[inline]
    pub fn at(handle: Handle) -> Option<&'static Mark> {
        // SAFETY: handles of marks come from `fresh`, and marks stay marks for ever.
        (handle != 0).then(|| unsafe { arena::get::<Mark>(handle) })
    }

    /// Whether its location keeps it.
    #[inline]
    fn stays(&self) -> bool {
        !self.id().is_multiple_of(2)
    }

    /// Whose it is.
    #[inline]
    pub fn id(&self) -> u64 {
        self.id.load(Ordering::Relaxed)
    }

    /// How often the location was modified.
    #[inline]
    pub fn version(&self) -> Version {
        self.sequence.load(Ordering::Relaxed) / 2 % VERSIONS
    }

    /// Who modified it last; none before the first modification.
    #[inline]
    pub fn writer(&self) -> Epoch {
        Epoch(self.writer.load(Ordering::Relaxed))
    }

    /// What it holds.
    #[inline]
    pub fn value(&self) -> Value {
        let form = self.form.load(Ordering::Relaxed) as u8;
        Value::from_words(self.bits.load(Ordering::Relaxed), form)
    }

    /// Whether it is known which value it holds.
    #[inline]
    pub fn has_known_value(&self) -> bool {
        Value::from_words(0, self.form.load(Ordering::Relaxed) as u8).is_known()
    }

    /// Whether it is known to hold that value.
    #[inline]
    pub fn holds(&self, value: Value) -> bool {
        let (bits, form) = value.words();
        self.bits.load(Ordering::Relaxed) == bits
            && self.form.load(Ordering::Relaxed) as u8 == form
            && value.is_known()
    }

    /// Where the last modification was made.
    #[inline]
    pub fn site(&self) -> u32 {
        self.site.load(Ordering::Relaxed)
    }

    /// Who read it last, as far as that was [noted](Self::note_reader), and where.
    pub fn reader(&self) -> (Epoch, u32) {
        self.beside().map_or((Epoch::NONE, 0), |beside| {
            let epoch = Epoch(beside.reader.load(Ordering::Relaxed));
            (epoch, beside.site.load(Ordering::Relaxed))
        })
    }

    /// What few marks need, if there is any. It is another mark's, or none, if this one was given back.
    fn beside(&self) -> Option<&Beside> {
        let more = self.more.load(Ordering::Acquire);
        // SAFETY: a block that `make_beside` made, or one of the pool's: readable, and words.
        (more != 0).then(|| unsafe { arena::get::<Beside>(more) })
    }

    /// What few marks need, for whoever holds the location.
    #[cold]
    fn make_beside(&self) -> &Beside {
        let mut more = self.more.load(Ordering::Acquire);
        if more == 0 {
            let fresh = arena::alloc(size_of::<Beside>());
            // Shared holders may be here at once.
            more = match self
                .more
                .compare_exchange(0, fresh, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) => fresh,
                Err(other) => {
                    // SAFETY: nobody else knows it.
                    unsafe { arena::free(fresh, size_of::<Beside>()) };
                    other
                }
            };
        }
        // SAFETY: a block of that type that stays for as long as the location; zeroes are one too.
        unsafe { arena::get::<Beside>(more) }
    }

    /// Whether the last one who was noted to write it, or to read it, held a lock.
    pub fn was_locked(&self, write: bool) -> bool {
        self.form.load(Ordering::Relaxed) & LOCKED[usize::from(!write)] != 0
    }

    /// Whether the strand that writes it, or reads it, holds a lock.
    pub fn note_locked(&self, write: bool, locked: bool) {
        let (form, bit) = (
            self.form.load(Ordering::Relaxed),
            LOCKED[usize::from(!write)],
        );
        let form = if locked { form | bit } else { form & !bit };
        self.form.store(form, Ordering::Relaxed);
    }

    /// A strand counts it down.
    pub fn note_gauge(&self) {
        let form = self.form.load(Ordering::Relaxed);
        self.form.store(form | GAUGE, Ordering::Relaxed);
    }

    /// A strand reads it.
    pub fn note_reader(&self, epoch: Epoch, site: u32) {
        let beside = self.make_beside();
        beside.site.store(site, Ordering::Relaxed);
        beside.reader.store(epoch.0, Ordering::Relaxed);
    }

    /// For whoever holds the location.
    #[inline]
    pub fn look(&self) -> Look {
        let form = self.form.load(Ordering::Relaxed);
        Look {
            id: self.id.load(Ordering::Relaxed),
            version: self.version(),
            born: 0,
            writer: Epoch(self.writer.load(Ordering::Relaxed)),
            site: self.site.load(Ordering::Relaxed),
            value: self.value(),
            gauge: form & GAUGE != 0,
        }
    }

    /// For anybody; none while it is being written, or when it is no longer `id`'s.
    pub fn glance(&self, id: u64) -> Option<Look> {
        let before = self.sequence.load(Ordering::Acquire);
        let look = self.look();
        fence(Ordering::Acquire);
        let after = self.sequence.load(Ordering::Relaxed);
        (before == after && before.is_multiple_of(2) && look.id == id).then_some(look)
    }

    /// What it holds is known better now; that is no modification.
    pub fn correct(&self, value: Value) {
        let (bits, kind) = value.words();
        let form = self.form.load(Ordering::Relaxed) & !0xff;
        self.bits.store(bits, Ordering::Relaxed);
        self.form.store(form | u32::from(kind), Ordering::Relaxed);
    }

    /// Writes a modification down, for whoever holds the location.
    #[inline]
    pub fn write(&self, writer: Epoch, site: u32, new: Value) {
        let sequence = self.sequence.load(Ordering::Relaxed);
        self.sequence
            .store(sequence.wrapping_add(1), Ordering::Relaxed);
        fence(Ordering::Release);
        let form = self.form.load(Ordering::Relaxed);
        let (bits, kind) = new.words();
        self.writer.store(writer.0, Ordering::Relaxed);
        self.bits.store(bits, Ordering::Relaxed);
        self.form
            .store(form & !0xff | u32::from(kind), Ordering::Relaxed);
        self.site.store(site, Ordering::Relaxed);
        self.sequence
            .store(sequence.wrapping_add(2), Ordering::Release);
    }
}

/// Marks that nobody has.
struct Pool {
    lock: Spin,
    first: UnsafeCell<Handle>,
}

// SAFETY: `first` is only touched under `lock`.
unsafe impl Sync for Pool {}

static POOL: Pool = Pool {
    lock: Spin::new(),
    first: UnsafeCell::new(0),
};

impl Pool {
    fn with<R>(&self, f: impl FnOnce(&mut Handle) -> R) -> R {
        let held = self.lock.lock();
        // SAFETY: under the lock.
        let first = unsafe { &mut *self.first.get() };
        if held.came == Came::Orphaned {
            // A `fork` caught the list half-written: what is in it is left behind.
            *first = 0;
        }
        f(first)
    }
}

/// A mark of a location that nobody has modified, for the location `id`.
pub fn fresh(id: u64) -> Handle {
    let pooled = POOL.with(|first| {
        let handle = *first;
        if let Some(mark) = Mark::at(handle) {
            *first = mark.more.load(Ordering::Relaxed);
        }
        handle
    });
    let handle = match pooled {
        0 => arena::alloc(size_of::<Mark>()),
        handle => handle,
    };
    if let Some(mark) = Mark::at(handle) {
        mark.sequence.store(0, Ordering::Relaxed);
        mark.writer.store(0, Ordering::Relaxed);
        mark.bits.store(0, Ordering::Relaxed);
        mark.form.store(0, Ordering::Relaxed);
        mark.site.store(0, Ordering::Relaxed);
        mark.more.store(0, Ordering::Relaxed);
        mark.note.clear();
        mark.id.store(id, Ordering::Release);
    }
    handle
}

/// The location is gone. If its owner has a note, that stays: the owner [recycles](recycle) the mark.
pub fn give_back(handle: Handle) {
    if let Some(mark) = Mark::at(handle) {
        // First of all: who still remembers the handle must not take what follows for its location.
        mark.id.store(0, Ordering::Relaxed);
        fence(Ordering::Release);
        if !mark.leave_to_owner() {
            recycle(handle);
        }
    }
}

/// Nobody needs it any more.
pub fn recycle(handle: Handle) {
    if let Some(mark) = Mark::at(handle) {
        mark.note.clear();
        let beside = mark.more.load(Ordering::Relaxed);
        if beside != 0 {
            // SAFETY: `make_beside` made it, and the location is gone.
            unsafe { arena::free(beside, size_of::<Beside>()) };
        }
        POOL.with(|first| {
            mark.more.store(*first, Ordering::Relaxed);
            *first = handle;
        });
    }
}

static IDS: AtomicU64 = AtomicU64::new(1);

/// An identity that no other location has, spread over all bits. Odd: the location keeps its mark.
pub fn new_id() -> u64 {
    // The factor is odd, so it is a bijection, and no two small numbers differ in the lowest bit alone.
    IDS.fetch_add(1, Ordering::Relaxed)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        | 1
}

/// The identity of a map's key, by the map's and the key's hash. Odd: the key keeps its mark as long as there is
/// the map.
#[inline]
pub fn key_id(map: u64, hash: u64) -> u64 {
    // As if another location had it: the chance that two are the same is one in 2^64.
    (map ^ hash.rotate_left(29)).wrapping_mul(0xd6e8_feb8_6659_fd93) | 1
}

/// The same, of a key that may come back with another mark. Even.
#[inline]
pub fn returning(id: u64) -> u64 {
    (id | 2) & !1
}

#[cfg(test)]
mod tests {
    use super::super::value::Form;
    use super::*;

    fn number(n: u64) -> Value {
        Value::new(n, Form::Unsigned)
    }

    #[test]
    fn a_modification_is_counted_and_known() {
        let handle = fresh(7);
        let mark = Mark::at(handle).unwrap();
        assert_eq!((mark.look().version, mark.look().writer), (0, Epoch::NONE));
        mark.write(Epoch::new(1, 2), 3, number(5));
        let look = mark.glance(7).unwrap();
        assert_eq!((look.version, look.writer), (1, Epoch::new(1, 2)));
        assert_eq!((look.site, look.value), (3, number(5)));
        give_back(handle);
        assert!(mark.glance(7).is_none());
    }

    #[test]
    fn what_came_into_being_is_younger_than_what_was_before() {
        let after = |born, then, version| {
            let look = Mark::default().look();
            Look {
                born,
                version,
                ..look
            }
            .came_after(then)
        };
        assert!(after(4, 2, 4) && !after(4, 4, 4));
        assert!(after(1, VERSIONS - 2, 3));
    }
}
