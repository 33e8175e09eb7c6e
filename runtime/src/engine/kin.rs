//! Who a strand was: its number, its name, its place in the family. All that is kept of it for good.
//!
//! The strands that had one slot are a list, newest first, so that an epoch names its strand for ever. What
//! else is known of a strand, its [`Record`], is there as long as `keep` says.

use super::arena::{self, Handle};
use super::epoch::Time;
use super::record::Record;
use core::sync::atomic::{AtomicU32, Ordering};

/// See the module.
#[derive(Debug)]
#[repr(C)]
pub struct Kin {
    /// Its first time.
    pub start: Time,
    /// Serial number.
    pub id: u32,
    /// Serial number of the strand that forked it; `u32::MAX` where Fidge did not see it start.
    pub parent: u32,
    /// Site where it was forked; 0 where Fidge did not see it.
    pub created: u32,
    /// A block of the name's length and its bytes, or no block.
    name: Handle,
    /// Its record, or none any more.
    record: AtomicU32,
    /// The slot's owner before.
    previous: AtomicU32,
}

static IDS: AtomicU32 = AtomicU32::new(0);

impl Kin {
    /// A new strand, yet without a record.
    #[expect(
        clippy::new_ret_no_self,
        reason = "it lives in the arena, behind a handle"
    )]
    pub fn new(name: Option<&str>, parent: Option<u32>, created: u32, start: Time) -> Handle {
        let handle = arena::alloc(size_of::<Kin>());
        let kin = Kin {
            start,
            id: IDS.fetch_add(1, Ordering::Relaxed),
            parent: parent.unwrap_or(u32::MAX),
            created,
            name: name.filter(|text| !text.is_empty()).map_or(0, write),
            record: AtomicU32::new(0),
            previous: AtomicU32::new(0),
        };
        // SAFETY: a fresh block of that size, 16-byte aligned.
        unsafe { arena::address(handle).cast::<Kin>().write(kin) };
        handle
    }

    /// A strand behind its handle; `None` for handle 0.
    pub fn at(handle: Handle) -> Option<&'static Kin> {
        // SAFETY: these blocks are never freed, and their handles are only made by `new`.
        (handle != 0).then(|| unsafe { arena::get::<Kin>(handle) })
    }

    /// Its thread name.
    pub fn name(&self) -> Option<&str> {
        (self.name != 0).then(|| {
            // SAFETY: `write` left the length and that many bytes of a `str`; names are never freed.
            unsafe {
                let at = arena::address(self.name);
                let len = at.cast::<u32>().read() as usize;
                let bytes = core::slice::from_raw_parts(at.add(size_of::<u32>()), len);
                core::str::from_utf8_unchecked(bytes)
            }
        })
    }

    /// Its record. A strand that is over may lose it at any time but in [`keep::hold`](super::keep::hold).
    pub fn record(&self) -> Option<&'static Record> {
        Record::at(self.record.load(Ordering::Acquire))
    }

    /// Has a record from now on, or none any more.
    pub fn set_record(&self, record: Handle) {
        self.record.store(record, Ordering::Release);
    }

    /// The slot's owner before.
    pub fn previous(&self) -> Option<&'static Kin> {
        Kin::at(self.previous.load(Ordering::Acquire))
    }

    /// It has come after another.
    pub fn follow(&self, previous: Handle) {
        self.previous.store(previous, Ordering::Release);
    }
}

fn write(name: &str) -> Handle {
    let block = arena::alloc(size_of::<u32>() + name.len());
    // SAFETY: a fresh block of at least that length, 16-byte aligned.
    unsafe {
        let at = arena::address(block);
        at.cast::<u32>().write(name.len() as u32);
        at.add(size_of::<u32>())
            .copy_from_nonoverlapping(name.as_ptr(), name.len());
    }
    block
}
