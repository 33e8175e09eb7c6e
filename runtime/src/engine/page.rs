//! Where the engine's memory comes from: zeroed address space, committed when touched.
//!
//! On unix `mmap(MAP_NORESERVE)`; elsewhere the system allocator (never the program's
//! `#[global_allocator]`, which may itself be what is being checked).

/// Address space is asked for without a promise of memory behind it. Where there is no such flag the
/// system does so anyway.
#[cfg(all(unix, not(any(target_os = "freebsd", target_os = "dragonfly"))))]
const NO_RESERVE: libc::c_int = libc::MAP_NORESERVE;
#[cfg(any(target_os = "freebsd", target_os = "dragonfly"))]
const NO_RESERVE: libc::c_int = 0;

/// Zeroed, page-aligned address space of `bytes`, or `None` when the system refuses.
#[cfg(unix)]
pub fn map(bytes: usize) -> Option<*mut u8> {
    // SAFETY: a fresh anonymous mapping touches no existing memory.
    let at = unsafe {
        libc::mmap(
            core::ptr::null_mut(),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANON | NO_RESERVE,
            -1,
            0,
        )
    };
    (at != libc::MAP_FAILED).then_some(at.cast())
}

/// The limit on this process's address space, if there is one.
#[cfg(unix)]
pub fn limit() -> Option<usize> {
    let mut limit = libc::rlimit {
        rlim_cur: libc::RLIM_INFINITY,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: `limit` is ours to write.
    let got = unsafe { libc::getrlimit(libc::RLIMIT_AS, &mut limit) };
    (got == 0 && limit.rlim_cur != libc::RLIM_INFINITY)
        .then(|| usize::try_from(limit.rlim_cur).unwrap_or(usize::MAX))
}

/// The limit on this process's address space, if there is one.
#[cfg(not(unix))]
pub fn limit() -> Option<usize> {
    None
}

/// Zeroed, page-aligned address space of `bytes`, or `None` when the system refuses.
#[cfg(not(unix))]
pub fn map(bytes: usize) -> Option<*mut u8> {
    use std::alloc::{GlobalAlloc, Layout, System};
    let layout = Layout::from_size_align(bytes, 4096).ok()?;
    // SAFETY: the layout has a non-zero size.
    let at = unsafe { System.alloc_zeroed(layout) };
    (!at.is_null()).then_some(at)
}
