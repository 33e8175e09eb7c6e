//! The engine's own heap: size classes over one lazily committed region.
//!
//! Blocks are named by [`Handle`]s, 32-bit indices of 16-byte units, so that a granule's word has
//! room for one. The region is never unmapped and blocks keep their size class, so a stale handle
//! may read old data but never fault; the lock-free readers in `granule` and `depot` build on that.
//!
//! The ceiling (`memory_mb`) counts what the arena and the shadow table handed out. When it is
//! reached detection stops with one message and the program goes on; operations already under way
//! finish from the slack behind the ceiling.

use super::lock::Spin;
use super::page;
use core::cell::UnsafeCell;
use core::sync::atomic::{AtomicBool, AtomicPtr, AtomicUsize, Ordering};

const UNIT: usize = 16;
/// A line of the processor's cache.
const LINE: usize = 64;
/// Block sizes are multiples of a unit up to 1 KiB, then powers of two.
const SMALL: usize = 1024 / UNIT;
const CLASSES: usize = SMALL + 22;
/// What a handle in a granule can name: 2^29 units. Where the system grants less (a limit on
/// address space, no overcommitment), smaller regions are tried.
const REGION: usize = if cfg!(all(unix, target_pointer_width = "64")) {
    UNIT << 29
} else {
    1 << 29
};
/// Kept free behind the ceiling for operations under way when it is reached.
const SLACK: usize = 64 << 20;
/// Less is not worth beginning with: half of it would be slack.
const LEAST_REGION: usize = 2 * SLACK;
const DEFAULT_CEILING: usize = 4096 << 20;

/// Names a block. 0 names none.
pub type Handle = u32;

struct Class {
    lock: Spin,
    free: UnsafeCell<Handle>,
}

// SAFETY: `free` is only touched under `lock`.
unsafe impl Sync for Class {}

static BASE: AtomicPtr<u8> = AtomicPtr::new(core::ptr::null_mut());
static LIMIT: AtomicUsize = AtomicUsize::new(REGION);
static NEXT: AtomicUsize = AtomicUsize::new(UNIT);
static MAP: Spin = Spin::new();
static USED: AtomicUsize = AtomicUsize::new(0);
static CEILING: AtomicUsize = AtomicUsize::new(DEFAULT_CEILING);
static STOPPED: AtomicBool = AtomicBool::new(false);
static FREE: [Class; CLASSES] = [const {
    Class {
        lock: Spin::new(),
        free: UnsafeCell::new(0),
    }
}; CLASSES];

/// Sets the ceiling in bytes, once at start.
pub fn set_ceiling(bytes: usize) {
    CEILING.store(bytes, Ordering::Relaxed);
}

/// Bytes of detector memory handed out so far (freed blocks are kept for reuse and still count).
pub fn used() -> usize {
    USED.load(Ordering::Relaxed)
}

/// Whether the ceiling was reached; then nothing is detected any more.
#[inline]
pub fn stopped() -> bool {
    STOPPED.load(Ordering::Relaxed)
}

/// Counts memory that was taken outside the arena, and stops detection at the ceiling.
pub fn count(bytes: usize) {
    let used = USED.fetch_add(bytes, Ordering::Relaxed) + bytes;
    let ceiling = CEILING.load(Ordering::Relaxed);
    if used > ceiling {
        stop(format_args!(
            "detector memory reached its ceiling of {} MiB; detection stops here, the program goes \
             on. Raise it with FIDGE_OPTIONS=memory_mb=N",
            ceiling >> 20
        ));
    }
}

/// Stops detection; says why, the first time.
pub fn stop(why: core::fmt::Arguments<'_>) {
    if !STOPPED.swap(true, Ordering::Relaxed) {
        super::tell::line(format_args!("fidge: {why}"));
    }
}

/// Address space for a table of the detector's. When the system refuses it, detection stops.
pub fn map_or_stop(bytes: usize) -> Option<*mut u8> {
    let mapped = page::map(bytes);
    if mapped.is_none() {
        stop(format_args!(
            "the system refuses the detector {} KiB of address space; detection stops here, the \
             program goes on",
            bytes >> 10
        ));
    }
    mapped
}

/// Whether blocks can be had at all. Asked before a thread's first; where the system has no
/// region to give, detection stops.
pub fn ready() -> bool {
    !base().is_null()
}

fn class_of(bytes: usize) -> (usize, usize) {
    let units = bytes.div_ceil(UNIT).max(1);
    if units <= SMALL {
        (units - 1, units * UNIT)
    } else {
        let size = (units * UNIT).next_power_of_two();
        (
            SMALL + (size / UNIT / SMALL).trailing_zeros() as usize,
            size,
        )
    }
}

/// The first byte of a block.
#[inline]
pub fn address(handle: Handle) -> *mut u8 {
    debug_assert_ne!(handle, 0);
    // SAFETY: handles come from `alloc`, so they lie within the region behind BASE.
    unsafe { BASE.load(Ordering::Relaxed).add(handle as usize * UNIT) }
}

/// The handle of a block that starts at `address`.
#[inline]
pub fn handle(address: *mut u8) -> Handle {
    ((address as usize - BASE.load(Ordering::Relaxed) as usize) / UNIT) as Handle
}

/// A block as a `T`.
///
/// # Safety
///
/// `handle` names a block that holds an initialised `T` (or zeroes, where that is a valid `T`),
/// and the reference outlives neither the block nor the exclusivity that `T`'s use needs.
#[inline]
pub unsafe fn get<'a, T>(handle: Handle) -> &'a T {
    // SAFETY: as the caller promises.
    unsafe { &*address(handle).cast::<T>() }
}

/// A zeroed block of at least `bytes`, 16-byte aligned; one of whole lines begins at a line.
///
/// Never fails: past the ceiling detection stops, and the slack serves what is under way. If even
/// the slack is gone the process is aborted with a message, as an allocator would.
pub fn alloc(bytes: usize) -> Handle {
    let (class, size) = class_of(bytes);
    {
        let _held = FREE[class].lock.lock();
        // SAFETY: under the class's lock.
        let head = unsafe { &mut *FREE[class].free.get() };
        if *head != 0 {
            let handle = *head;
            // SAFETY: a free block's first word is the next free block's handle.
            unsafe {
                let at = address(handle);
                *head = at.cast::<Handle>().read();
                at.write_bytes(0, size);
            }
            return handle;
        }
    }
    count(size);
    let no_base = base().is_null();
    let at = take(size);
    let end = at + size;
    let limit = LIMIT.load(Ordering::Relaxed);
    if end + SLACK > limit {
        stop(format_args!(
            "the detector has used up the {} MiB of address space that it could reserve; detection \
             stops here, the program goes on",
            limit >> 20
        ));
    }
    if no_base || end > limit {
        super::tell::line(format_args!(
            "fidge: no address space left for the detector; aborting"
        ));
        std::process::abort();
    }
    (at / UNIT) as Handle
}

/// The next `size` bytes of the region.
fn take(size: usize) -> usize {
    let align = if size.is_multiple_of(LINE) {
        LINE
    } else {
        UNIT
    };
    let mut next = NEXT.load(Ordering::Relaxed);
    loop {
        let at = next.next_multiple_of(align);
        match NEXT.compare_exchange_weak(next, at + size, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return at,
            Err(now) => next = now,
        }
    }
}

#[cold]
fn map_region() -> *mut u8 {
    let _held = MAP.lock();
    let mapped = BASE.load(Ordering::Relaxed);
    if !mapped.is_null() {
        return mapped;
    }
    // The program is to have most of a limited address space.
    let mut bytes = match page::limit() {
        Some(limit) if limit / 4 < REGION => 1 << (limit / 4).max(1).ilog2(),
        _ => REGION,
    };
    while bytes >= LEAST_REGION {
        if let Some(fresh) = page::map(bytes) {
            LIMIT.store(bytes, Ordering::Relaxed);
            BASE.store(fresh, Ordering::Release);
            return fresh;
        }
        bytes /= 2;
    }
    stop(format_args!(
        "the detector finds less than {} MiB of address space for itself; nothing is detected, the \
         program goes on",
        LEAST_REGION >> 20
    ));
    core::ptr::null_mut()
}

#[inline]
fn base() -> *mut u8 {
    let base = BASE.load(Ordering::Acquire);
    if base.is_null() { map_region() } else { base }
}

/// Gives a block back.
///
/// # Safety
///
/// `handle` came from [`alloc`] with the same `bytes` and is not used again by the caller.
pub unsafe fn free(handle: Handle, bytes: usize) {
    let (class, _) = class_of(bytes);
    let _held = FREE[class].lock.lock();
    // SAFETY: under the class's lock; the block is the caller's to give.
    unsafe {
        let head = FREE[class].free.get();
        address(handle).cast::<Handle>().write(*head);
        *head = handle;
    }
}

/// Asks for the line of an address, which will be needed soon.
#[inline(always)]
pub fn fetch<T>(address: *const T) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which never faults.
    unsafe {
        core::arch::x86_64::_mm_prefetch::<{ core::arch::x86_64::_MM_HINT_T0 }>(address.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
