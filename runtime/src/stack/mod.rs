//! Stacks: capture, depot, symbolise.
//!
//! A *site* is an operation, its caller's location, the locks held and the stack, interned in the
//! `depot` as a 32-bit number that fits into shadow. Capturing one walks frame pointers where the
//! build has them, else asks the unwinder behind a cache; see `capture`.

mod capture;
mod depot;
pub(crate) mod fold;
pub(crate) mod symbolise;

use crate::engine::finding::{Held, Mode, Place};
use crate::engine::{Allowance, At, Op, State};
use core::cell::{Cell, UnsafeCell};
use core::panic::Location;
use core::sync::atomic::Ordering;
use depot::Head;

pub use capture::{
    Extent, Mode as Capture, callers_frame, mode, note_thread, set_mode, walks_in_vain,
};

/// A strand's recently interned sites, by hash.
#[derive(Debug)]
pub struct Cache([(u64, u32); CACHE]);

const CACHE: usize = 64;

impl Cache {
    /// An empty cache.
    #[expect(clippy::new_without_default, reason = "one way to make one")]
    pub const fn new() -> Self {
        Cache([(0, 0); CACHE])
    }
}

/// The site of a walk.
struct Walked {
    /// The hash of the rest; 0: none.
    tag: u64,
    walk: capture::Known,
    site: u32,
}

/// An OS thread's last walks: which strand's they were makes no difference to them.
struct Walks {
    walks: [[Walked; WAYS]; PLACES],
    /// Which way gives way next.
    next: usize,
}

/// They are being looked at: a signal handler that comes in between walks anew.
struct Guarded {
    busy: Cell<bool>,
    walks: UnsafeCell<Walks>,
}

/// From a call there may be several ways down to the capture.
const WAYS: usize = 4;
const PLACES: usize = 8;

const NOT_WALKED: Walked = Walked {
    tag: 0,
    walk: capture::Known::NONE,
    site: 0,
};

thread_local! {
    static WALKS: Guarded = const {
        Guarded {
            busy: Cell::new(false),
            walks: UnsafeCell::new(Walks {
                walks: [const { [NOT_WALKED; WAYS] }; PLACES],
                next: 0,
            }),
        }
    };
}

impl Walks {
    /// The site of a walk under a head of this hash, as it was found by the last such walk, or now.
    #[inline(always)]
    fn site(&mut self, tag: u64, walk: &capture::Walk, find: &mut impl FnMut() -> u32) -> u32 {
        let ways = &mut self.walks[(tag >> (u64::BITS - PLACES.ilog2())) as usize];
        let known = ways
            .iter()
            .find(|known| known.tag == tag && known.walk.is(walk));
        if let Some(known) = known {
            return known.site;
        }
        let site = find();
        self.next = (self.next + 1) % WAYS;
        let known = &mut ways[self.next];
        known.walk.learn(walk);
        (known.tag, known.site) = (tag, site);
        site
    }
}

/// The site of an operation by the current strand, interned.
#[inline]
pub fn site(me: &mut State, at: &At) -> u32 {
    match at.site.get() {
        0 => capture_site(me, at),
        site => site,
    }
}

#[inline(never)]
fn capture_site(me: &mut State, at: &At) -> u32 {
    let locks = me.held.set();
    let frames = capture::Walk::new(me.extent, at.location);
    let head = Head {
        locks,
        allows: me.allows,
        ..Head::new(at.op, at.location)
    };
    let tag = head.hash();
    let mut find = || intern(&mut me.sites, &frames, tag, head);
    let site = WALKS.with(|guarded| {
        if guarded.busy.replace(true) {
            return find();
        }
        // SAFETY: only this thread reaches its walks, and `busy` keeps its signal handlers away.
        let site = unsafe { (*guarded.walks.get()).site(tag, &frames, &mut find) };
        guarded.busy.set(false);
        site
    });
    at.site.set(site);
    site
}

#[inline(never)]
fn intern(sites: &mut Cache, frames: &capture::Walk, tag: u64, head: Head) -> u32 {
    let hash = frames.hash() ^ tag;
    let (known, site) = &mut sites.0[hash as usize % CACHE];
    if *known != hash || *site == 0 {
        let mut buffer = [0; capture::DEPTH];
        let found = frames.collect(&mut buffer);
        *site = depot::intern(hash, head, found);
        *known = hash;
    }
    *site
}

/// The place of an operation, interned without a stack.
pub fn place(at: &At) -> u32 {
    bare(at.op, at.location)
}

fn bare(op: &'static Op, location: &'static Location<'static>) -> u32 {
    let head = Head::new(op, location);
    depot::intern(head.hash(), head, &[])
}

/// The set of locks `below` and one more, taken at a place.
pub fn lock_set(
    below: u32,
    op: &'static Op,
    location: &'static Location<'static>,
    mode: Mode,
) -> u32 {
    let head = Head {
        locks: below,
        mode,
        ..Head::new(op, location)
    };
    depot::intern(head.hash() ^ (1 + mode as u64), head, &[])
}

/// The set of allowances `below` and one more, given at a place.
pub fn allow_set(below: u32, allowance: &'static Allowance, at: &At) -> u32 {
    let head = Head {
        allows: below,
        allowance: Some(allowance),
        ..Head::new(at.op, at.location)
    };
    depot::intern(
        head.hash() ^ core::ptr::from_ref(allowance).addr() as u64,
        head,
        &[],
    )
}

/// What the program allows at a site, innermost first.
pub fn allowances(site: u32) -> impl Iterator<Item = &'static Allowance> {
    let mut set = depot::get(site).map_or(0, |entry| entry.allows);
    core::iter::from_fn(move || {
        let entry = depot::get(set)?;
        set = entry.allows;
        entry.allowance
    })
}

/// The place of a site.
fn place_of(site: &depot::Entry) -> Option<&'static depot::Entry> {
    depot::get(bare(site.op, site.location?))
}

/// How a strand writes at a site without having read what it replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Blind {
    /// It replaces what nobody had written, or what the strand knew of.
    Known = 1,
    /// It replaces what another strand wrote, and does not care.
    Foreign = 2,
}

/// A strand wrote at a site without having read what it replaced, which `how` knows more of.
pub fn note_blind(site: u32, how: Blind) {
    let Some(entry) = depot::get(site) else {
        return;
    };
    let how = how as u8;
    if entry.blind.load(Ordering::Relaxed) < how {
        entry.blind.store(how, Ordering::Relaxed);
        if let Some(place) = place_of(entry).filter(|_| how == Blind::Foreign as u8) {
            place.blind.store(how, Ordering::Relaxed);
        }
    }
}

/// Whether a strand ever wrote at the site without having read: whatever else it shows does not matter.
#[inline]
pub fn is_blind(site: u32) -> bool {
    depot::get(site).is_some_and(|entry| entry.blind.load(Ordering::Relaxed) != 0)
}

/// Whether a strand ever wrote without having read at the site, or without caring at its place.
pub fn was_blind(site: u32) -> bool {
    depot::get(site).is_some_and(|entry| {
        let blind = |entry: &depot::Entry| entry.blind.load(Ordering::Relaxed);
        blind(entry) != 0 || place_of(entry).is_some_and(|place| blind(place) != 0)
    })
}

/// What a site copied so often it does not compute: to ask takes a look at all that the strand has read.
const MOST_COPIES: u8 = 32;

/// A strand wrote at a site what it may have made of what it had read there: digests of the two.
/// `is_copy` says whether it just copied the value from elsewhere.
pub fn makes(site: u32, (read, written): (u32, u32), is_copy: impl FnOnce() -> bool) {
    let Some(entry) = depot::get(site) else {
        return;
    };
    let now = u64::from(read) << 32 | u64::from(written);
    let last = entry.made.load(Ordering::Relaxed);
    let both_differ = (last ^ now) >> 32 != 0 && (last ^ now) as u32 != 0;
    let copies = entry.copies.load(Ordering::Relaxed);
    let is_settled = entry.computes.load(Ordering::Relaxed) || copies >= MOST_COPIES;
    if last != 0 && !both_differ || is_settled {
        return;
    }
    if is_copy() {
        entry.copies.store(copies + 1, Ordering::Relaxed);
        return;
    }
    match last {
        0 => entry.made.store(now, Ordering::Relaxed),
        _ => entry.computes.store(true, Ordering::Relaxed),
    }
}

/// Whether what strands write at a site is known to vary with what they have read.
pub fn computes(site: u32) -> bool {
    depot::get(site).is_some_and(|entry| entry.computes.load(Ordering::Relaxed))
}

/// What makes two sites the same place, whatever their stacks and locks.
pub fn key(site: u32) -> (usize, usize) {
    depot::get(site).map_or((0, 0), |entry| {
        (
            entry.op as *const Op as usize,
            entry.location.map_or(0, |at| at as *const _ as usize),
        )
    })
}

/// Whether a site is at the place of an operation.
#[inline]
pub fn is_place(site: u32, at: &At) -> bool {
    depot::get(site).is_some_and(|entry| {
        core::ptr::eq(entry.op, at.op)
            && entry
                .location
                .is_some_and(|location| core::ptr::eq(location, at.location))
    })
}

/// A site in full; `None` for site 0.
pub fn told(site: u32) -> Option<Place> {
    let entry = depot::get(site)?;
    Some(Place {
        op: entry.op.0,
        location: entry.location,
        frames: entry.frames().to_vec(),
    })
}

/// A place of which nothing is known.
pub fn unknown() -> Place {
    Place {
        op: "unknown",
        location: None,
        frames: Vec::new(),
    }
}

/// The locks held at a site, outermost first.
pub fn locks_of(site: u32) -> Vec<Held> {
    let mut held = Vec::new();
    let mut set = depot::get(site).map_or(0, |entry| entry.locks);
    while let (Some(entry), Some(acquired)) = (depot::get(set), told(set)) {
        held.push(Held {
            mode: entry.mode,
            acquired,
        });
        set = entry.locks;
    }
    held.reverse();
    held
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::enter;
    use std::hint::black_box;

    #[inline(never)]
    fn captured(at: &'static Location<'static>) -> u32 {
        let at = At::new(&Op("test"), at);
        let mut me = enter().expect("detection is on");
        black_box(site(&mut me, &at))
    }

    #[inline(never)]
    fn one_way(at: &'static Location<'static>) -> u32 {
        black_box(captured(at))
    }

    #[inline(never)]
    fn other_way(at: &'static Location<'static>) -> u32 {
        black_box(captured(at))
    }

    /// As many calls up as are asked for.
    #[inline(never)]
    fn from(depth: u32, at: &'static Location<'static>) -> u32 {
        match depth {
            0 => captured(at),
            _ => black_box(from(depth - 1, at)),
        }
    }

    #[test]
    fn a_call_has_a_site_for_each_way_to_it_however_often_they_alternate() {
        let at = Location::caller();
        let mut found = [0; 2];
        for round in 0..100 {
            let ways: [fn(_) -> u32; 2] = [one_way, other_way];
            for (found, way) in found.iter_mut().zip(ways) {
                let site = way(at);
                assert!(round == 0 || *found == site, "{round}");
                *found = site;
            }
        }
        assert_ne!(found[0], found[1]);
    }

    #[test]
    fn stacks_of_all_depths_are_told_apart_and_known_again() {
        let at = Location::caller();
        let [once, again] = [0, 1].map(|_| -> Vec<u32> {
            let stacks = (0..80).map(|depth| from(depth, at));
            stacks.collect()
        });
        assert_eq!(once, again);
        // Beyond the frames that are kept they are alike.
        let distinct: std::collections::HashSet<_> = once.iter().collect();
        assert!(distinct.len() > capture::DEPTH / 2, "{}", distinct.len());
    }
}
