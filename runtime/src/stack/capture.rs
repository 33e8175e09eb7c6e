//! Capturing a stack: frame pointers where the build has them, else the unwinder.
//!
//! Whether the build has frame pointers is checked once, at start, by comparing a walk with the
//! unwinder's; it is never assumed. A walk reads only between the current frame and the frame that
//! started the strand, within the bounds of the thread's stack, so a garbage frame pointer ends it
//! and cannot make it fault. Measured costs are in `ARCHITECTURE.md`.

use core::cell::Cell;
use core::panic::Location;
use core::sync::atomic::{AtomicU8, Ordering};

/// Frames kept of a stack, innermost first.
pub const DEPTH: usize = 64;

/// How stacks are captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Mode {
    /// Decide at the first thread: frame pointers if they are there, else the unwinder.
    Auto,
    /// Walk frame pointers.
    FramePointers,
    /// Ask the unwinder; per strand, the frames of a call from the same place at the same stack
    /// depth are taken to be the same.
    Unwind,
    /// None; locations only.
    Off,
}

static MODE: AtomicU8 = AtomicU8::new(Mode::Auto as u8);

/// How stacks are captured now; [`Mode::Auto`] before the first thread was seen.
#[inline]
pub fn mode() -> Mode {
    match MODE.load(Ordering::Relaxed) {
        0 => Mode::Auto,
        1 => Mode::FramePointers,
        2 => Mode::Unwind,
        _ => Mode::Off,
    }
}

/// Sets the mode, before anything runs. Frame pointers that the build does not have give short or
/// wrong stacks, but never a fault.
pub fn set_mode(mode: Mode) {
    MODE.store(mode as u8, Ordering::Relaxed);
}

thread_local! {
    /// Lowest address and end of this thread's stack; (0, 0): unknown.
    static BOUNDS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// The current frame pointer; 0 where there is none to be read.
#[inline(always)]
fn frame_pointer() -> usize {
    #[cfg(target_arch = "x86_64")]
    {
        let fp;
        // SAFETY: copies a register.
        unsafe {
            core::arch::asm!("mov {}, rbp", out(reg) fp, options(nomem, nostack, preserves_flags))
        };
        fp
    }
    #[cfg(target_arch = "aarch64")]
    {
        let fp;
        // SAFETY: copies a register.
        unsafe {
            core::arch::asm!("mov {}, x29", out(reg) fp, options(nomem, nostack, preserves_flags))
        };
        fp
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    0
}

/// An address in the current frame.
#[inline(always)]
fn stack_pointer() -> usize {
    let here = 0u8;
    core::ptr::from_ref(core::hint::black_box(&here)).addr()
}

/// The frame of the caller's caller: where the walks of a strand that starts here end.
#[inline(always)]
pub fn callers_frame() -> usize {
    let (low, high) = BOUNDS.get();
    let fp = frame_pointer();
    if mode() == Mode::FramePointers && fp >= low && fp + 16 <= high && fp.is_multiple_of(8) {
        // SAFETY: within this thread's stack.
        unsafe { *core::ptr::with_exposed_provenance::<usize>(fp) }
    } else {
        stack_pointer()
    }
}

/// Frame pointers from a frame on, up to a bound.
struct Chain {
    fp: usize,
    low: usize,
    end: usize,
}

impl Iterator for Chain {
    type Item = usize;
    /// The next return address.
    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        // One comparison for both bounds: below `low` it wraps around.
        if self.fp.wrapping_sub(self.low) >= self.end - self.low {
            return None;
        }
        // SAFETY: `low <= fp < end`, and `chain` keeps 16 bytes from `end` within the stack; a garbage
        // frame pointer need not be aligned.
        let [next, ip] =
            unsafe { core::ptr::with_exposed_provenance::<[usize; 2]>(self.fp).read_unaligned() };
        self.low = self.fp + 1;
        self.fp = next;
        Some(ip)
    }
}

/// Where the frame records of a strand's stack may lie.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extent {
    low: usize,
    end: usize,
    /// As it was asked for; for the unwinder.
    base: usize,
}

impl Extent {
    /// Up to `base` (0: the whole stack) on the current thread.
    pub fn to(base: usize) -> Self {
        let Chain { low, end, .. } = chain(0, base);
        Extent { low, end, base }
    }
}

fn chain(fp: usize, base: usize) -> Chain {
    let (low, high) = BOUNDS.get();
    let end = high.saturating_sub(16).max(low);
    Chain {
        fp,
        low,
        end: if base > low && base < end { base } else { end },
    }
}

/// Where a walk begins, and how far it may go.
#[derive(Clone, Copy, Debug)]
pub struct Start {
    fp: usize,
    extent: Extent,
}

impl Start {
    /// The function that this is inlined into.
    #[inline(always)]
    pub fn here(extent: Extent) -> Self {
        Start {
            fp: frame_pointer(),
            extent,
        }
    }

    #[inline(always)]
    fn chain(&self) -> Chain {
        let Start { fp, extent } = *self;
        Chain {
            fp,
            low: extent.low,
            end: extent.end,
        }
    }

    /// Tells it, and where its first two frames return to, from others; none where frame pointers are not walked.
    #[inline(always)]
    pub fn tag(&self) -> Option<u64> {
        (mode() == Mode::FramePointers).then(|| {
            let first = self.chain().take(2);
            first.fold(self.fp as u64, |tag, ip| tag.rotate_left(16) ^ ip as u64)
        })
    }
}

/// One walk of the current stack: first for its hash, then, if that is new, for its frames.
pub struct Walk {
    mode: Mode,
    start: Start,
    /// Stands for the stack where it is not walked for the hash.
    depth: u64,
}

impl Walk {
    /// From a frame that is in use.
    #[inline(always)]
    pub fn new(start: Start, location: &Location<'_>) -> Self {
        let mode = mode();
        let depth = if mode == Mode::Unwind {
            stack_pointer() as u64 ^ (core::ptr::from_ref(location).addr() as u64) << 1
        } else {
            0
        };
        Walk { mode, start, depth }
    }

    /// A hash of the frames. Its multiplications keep pace with the walk, whose loads wait for one
    /// another as well.
    #[inline(always)]
    pub fn hash(&self) -> u64 {
        const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
        if self.mode != Mode::FramePointers {
            return self.depth.wrapping_mul(FACTOR);
        }
        let hash = self
            .start
            .chain()
            .take(DEPTH)
            .fold(FACTOR, |hash, ip| (hash ^ ip as u64).wrapping_mul(FACTOR));
        hash ^ hash >> 32
    }

    /// The frames.
    pub fn collect<'a>(&self, into: &'a mut [usize; DEPTH]) -> &'a [usize] {
        let len = match self.mode {
            Mode::FramePointers => {
                let frames = self.start.chain().take(DEPTH);
                frames.zip(into.iter_mut()).map(|(ip, to)| *to = ip).count()
            }
            Mode::Unwind => unwind(into, self.start.extent.base),
            Mode::Auto | Mode::Off => 0,
        };
        &into[..len]
    }
}

/// Links that a [`Known`] walk may have.
const LINKS: usize = 14;

/// A walk along frame pointers, as it was: most are made again and again.
#[derive(Debug)]
pub struct Known {
    fp: usize,
    end: usize,
    len: usize,
    /// What the frames held: the next frame, and the return address.
    links: [[usize; 2]; LINKS],
}

impl Known {
    /// None.
    pub const NONE: Known = Known {
        fp: 0,
        end: 0,
        len: 0,
        links: [[0; 2]; LINKS],
    };

    /// Whether a walk from `start` would find what this one found. Unlike the walk's own, the loads need not
    /// wait for one another.
    #[inline(always)]
    pub fn is(&self, start: &Start) -> bool {
        if self.fp != start.fp || self.end != start.extent.end || self.len == 0 {
            return false;
        }
        let mut at = self.fp;
        for &[next, ip] in &self.links[..self.len.min(LINKS)] {
            let frame = core::ptr::with_exposed_provenance::<usize>(at);
            // SAFETY: `learn` found the frame between this walk's first one and the end of its extent, all of
            // which is stack in use.
            let now = unsafe { (frame.read_unaligned(), frame.add(1).read_unaligned()) };
            if now.0 != next || now.1 != ip {
                return false;
            }
            at = next;
        }
        true
    }

    /// Keeps a walk, if it is short enough.
    pub fn learn(&mut self, walk: &Walk) {
        *self = Known::NONE;
        if walk.mode != Mode::FramePointers {
            return;
        }
        let (mut chain, mut len) = (walk.start.chain(), 0);
        while let Some(ip) = chain.next() {
            if len == LINKS {
                return;
            }
            self.links[len] = [chain.fp, ip];
            len += 1;
        }
        (self.fp, self.end, self.len) = (walk.start.fp, walk.start.extent.end, len);
    }
}

/// The unwinder's return addresses, up to `base`.
#[inline(never)]
fn unwind(into: &mut [usize; DEPTH], base: usize) -> usize {
    let mut len = 0;
    // SAFETY: only instruction and stack pointers are read, nothing is symbolised; what the lock of
    // the synchronised form protects is the symboliser.
    unsafe {
        backtrace::trace_unsynchronized(|frame| {
            if len == DEPTH {
                return false;
            }
            into[len] = frame.ip().addr();
            len += 1;
            base == 0 || frame.sp().addr() <= base
        });
    }
    len
}

/// Learns the bounds of the current thread's stack, and at the first thread whether the build has
/// frame pointers. Cheap when the thread is known.
pub fn note_thread() {
    if BOUNDS.get() != (0, 0) {
        return;
    }
    BOUNDS.set(stack_bounds().unwrap_or((1, 1)));
    if mode() == Mode::Auto {
        let found = if has_frame_pointers() {
            Mode::FramePointers
        } else {
            Mode::Unwind
        };
        set_mode(found);
    }
}

/// Whether frame pointers are to be walked that the build does not have. On a thread that was noted.
pub fn walks_in_vain() -> bool {
    mode() == Mode::FramePointers && !has_frame_pointers()
}

/// Whether a walk from here finds the frames that the unwinder finds.
#[inline(never)]
fn has_frame_pointers() -> bool {
    /// The C runtime's own start-up frames need not have frame pointers.
    const START_UP: usize = 6;
    let mut walked = [0; DEPTH];
    let frames = chain(frame_pointer(), 0).take(DEPTH);
    let walked_len = frames
        .zip(walked.iter_mut())
        .map(|(ip, to)| *to = ip)
        .count();
    let mut unwound = [0; DEPTH];
    let unwound_len = unwind(&mut unwound, 0);
    let (walked, unwound) = (&walked[..walked_len], &unwound[..unwound_len]);
    let Some(start) = unwound.iter().position(|ip| walked.first() == Some(ip)) else {
        return false;
    };
    let unwound = &unwound[start..];
    let same = walked
        .iter()
        .zip(unwound)
        .take_while(|(a, b)| a == b)
        .count();
    same >= 2 && same + START_UP >= unwound.len()
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn stack_bounds() -> Option<(usize, usize)> {
    // SAFETY: the attributes are initialised by the getter and destroyed once.
    unsafe {
        let mut attributes = core::mem::MaybeUninit::uninit();
        #[cfg(target_os = "freebsd")]
        {
            libc::pthread_attr_init(attributes.as_mut_ptr());
            if libc::pthread_attr_get_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
                return None;
            }
        }
        #[cfg(not(target_os = "freebsd"))]
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return None;
        }
        let (mut low, mut size) = (core::ptr::null_mut(), 0);
        let got = libc::pthread_attr_getstack(attributes.as_ptr(), &mut low, &mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
        (got == 0).then(|| (low.addr(), low.addr() + size))
    }
}

#[cfg(target_os = "macos")]
fn stack_bounds() -> Option<(usize, usize)> {
    // SAFETY: getters for the calling thread.
    unsafe {
        let this = libc::pthread_self();
        let high = libc::pthread_get_stackaddr_np(this).addr();
        Some((high - libc::pthread_get_stacksize_np(this), high))
    }
}

#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_os = "freebsd",
    target_os = "macos"
)))]
fn stack_bounds() -> Option<(usize, usize)> {
    None
}
