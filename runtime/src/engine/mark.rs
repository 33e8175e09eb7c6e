//! What the checks on composed operations remember of a location that strands read and write
//! atomically: a key of a map, an atomic.
//!
//! A mark counts the location's modifications and knows the last one: who, where, which value. Whoever
//! holds the location (the shard's lock, the atomic's clock) writes the mark; anybody may look at it at
//! any time, as by a sequence lock, for a strand remembers marks by their handles and asks later whether
//! they have moved. Marks are therefore never given back to the arena, only to a pool of their own,
//! and their identity is new each time.

use super::arena::{self, Handle};
use super::epoch::Epoch;
use super::lock::{Came, Spin};
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
    sequence: AtomicU64,
    writer: AtomicU64,
    bits: AtomicU64,
    site: AtomicU32,
    /// Form of the value, and the flags below.
    form: AtomicU32,
    /// Whose mark it is; 0: nobody's.
    id: AtomicU64,
    /// Its version when a key came into being that was absent.
    born: AtomicU32,
    /// A [`Reader`], once one was noted; of a free mark, the next in the pool.
    more: AtomicU32,
}

/// Who read a location last, for notes.
struct Reader {
    epoch: AtomicU64,
    site: AtomicU32,
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
    /// Its version when it came into being, where it is a key that was absent before.
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

    /// Whose it is.
    #[inline]
    pub fn id(&self) -> u64 {
        self.id.load(Ordering::Relaxed)
    }

    /// How often the location was modified.
    #[inline]
    pub fn version(&self) -> Version {
        (self.sequence.load(Ordering::Relaxed) / 2) as Version % VERSIONS
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
        match self.more.load(Ordering::Relaxed) {
            0 => (Epoch::NONE, 0),
            // SAFETY: a block that `note_reader` made, and that stays for as long as the location.
            more => unsafe {
                let reader = arena::get::<Reader>(more);
                let epoch = Epoch(reader.epoch.load(Ordering::Relaxed));
                (epoch, reader.site.load(Ordering::Relaxed))
            },
        }
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
        let mut more = self.more.load(Ordering::Relaxed);
        if more == 0 {
            let fresh = arena::alloc(size_of::<Reader>());
            // Shared holders may be here at once.
            more = match self
                .more
                .compare_exchange(0, fresh, Ordering::AcqRel, Ordering::Acquire)
            {
                Ok(_) => fresh,
                Err(other) => {
                    // SAFETY: nobody else knows it.
                    unsafe { arena::free(fresh, size_of::<Reader>()) };
                    other
                }
            };
        }
        // SAFETY: as in `reader`; zeroes are a reader too.
        let reader = unsafe { arena::get::<Reader>(more) };
        reader.site.store(site, Ordering::Relaxed);
        reader.epoch.store(epoch.0, Ordering::Relaxed);
    }

    /// For whoever holds the location.
    #[inline]
    pub fn look(&self) -> Look {
        let form = self.form.load(Ordering::Relaxed);
        Look {
            id: self.id.load(Ordering::Relaxed),
            version: self.version(),
            born: self.born.load(Ordering::Relaxed),
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
        self.sequence.store(sequence + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        let form = self.form.load(Ordering::Relaxed);
        let old = Value::from_words(self.bits.load(Ordering::Relaxed), form as u8);
        let (bits, kind) = new.words();
        if old.is_absent() && !new.is_absent() && sequence > 0 {
            let born = (sequence / 2 + 1) as Version % VERSIONS;
            self.born.store(born, Ordering::Relaxed);
        }
        self.writer.store(writer.0, Ordering::Relaxed);
        self.bits.store(bits, Ordering::Relaxed);
        self.form
            .store(form & !0xff | u32::from(kind), Ordering::Relaxed);
        self.site.store(site, Ordering::Relaxed);
        self.sequence.store(sequence + 2, Ordering::Release);
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
        mark.born.store(0, Ordering::Relaxed);
        mark.site.store(0, Ordering::Relaxed);
        mark.more.store(0, Ordering::Relaxed);
        mark.id.store(id, Ordering::Release);
    }
    handle
}

/// The location is gone.
pub fn give_back(handle: Handle) {
    if let Some(mark) = Mark::at(handle) {
        // First of all: who still remembers the handle must not take what follows for its location.
        mark.id.store(0, Ordering::Relaxed);
        fence(Ordering::Release);
        let reader = mark.more.load(Ordering::Relaxed);
        if reader != 0 {
            // SAFETY: `note_reader` made it, and the location is gone.
            unsafe { arena::free(reader, size_of::<Reader>()) };
        }
        POOL.with(|first| {
            mark.more.store(*first, Ordering::Relaxed);
            *first = handle;
        });
    }
}

static IDS: AtomicU64 = AtomicU64::new(1);

/// An identity that no other location has, spread over all bits.
pub fn new_id() -> u64 {
    // Odd, so a bijection.
    IDS.fetch_add(1, Ordering::Relaxed)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The identity of a map's key, by the map's and the key's hash.
#[inline]
pub fn key_id(map: u64, hash: u64) -> u64 {
    // As if another location had it: the chance that two are the same is one in 2^64.
    (map ^ hash.rotate_left(29)).wrapping_mul(0xd6e8_feb8_6659_fd93) | 1
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
        mark.write(Epoch::new(1, 2), 3, number(6));
        mark.write(Epoch::new(1, 2), 3, Value::ABSENT);
        mark.write(Epoch::new(1, 2), 3, number(6));
        assert_eq!((mark.look().version, mark.look().born), (4, 4));
        assert!(mark.look().came_after(2) && !mark.look().came_after(4));
        give_back(handle);
        assert!(mark.glance(7).is_none());
    }
}
