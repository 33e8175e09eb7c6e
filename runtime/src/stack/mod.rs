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

/// A strand's recently interned sites, by hash: sets of a few. To miss one may cost a call of the unwinder.
#[derive(Debug)]
pub struct Cache([[(u64, u32); 4]; SETS]);

const SETS: usize = 16;

impl Cache {
    /// An empty cache.
    #[expect(clippy::new_without_default, reason = "one way to make one")]
    pub const fn new() -> Self {
        Cache([[(0, 0); 4]; SETS])
    }

    /// The site of that hash; `make` knows it where it is not here.
    #[inline]
    fn site(&mut self, hash: u64, make: impl FnOnce() -> u32) -> u32 {
        // The hash is made of products of addresses, which lie at regular distances: so are the products.
        let spread = (hash ^ hash >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let set = &mut self.0[(spread >> (u64::BITS - SETS.ilog2())) as usize];
        let known = set
            .iter()
            .find(|(known, site)| *known == hash && *site != 0);
        if let Some((_, site)) = known {
            return *site;
        }
        let site = make();
        set.rotate_right(1);
        set[0] = (hash, site);
        site
    }
}

/// What a site is but for its stack, by address: quick to compare.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Call {
    location: *const Location<'static>,
    op: *const Op,
    locks: u32,
    allows: u32,
}

impl Call {
    /// Tells it from others, mostly.
    #[inline(always)]
    fn tag(&self) -> u64 {
        let under = u64::from(self.locks) << 32 | u64::from(self.allows);
        self.location.addr() as u64
            ^ (self.op.addr() as u64).rotate_left(32)
            ^ under.rotate_left(16)
    }
}

/// The site of a walk from a call.
struct Walked {
    /// Tells it from others, mostly.
    tag: u64,
    call: Call,
    walk: capture::Known,
    site: u32,
}

impl Walked {
    /// The site, if a walk from this call would find the same.
    #[inline(always)]
    fn site(&self, call: &Call, start: &capture::Start) -> Option<u32> {
        (self.call == *call && self.walk.is(start)).then_some(self.site)
    }
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

/// Walks that may share a place, and places.
const WAYS: usize = 2;
const PLACES: usize = 16;

const NOT_WALKED: Walked = Walked {
    tag: 0,
    call: Call {
        location: core::ptr::null(),
        op: core::ptr::null(),
        locks: 0,
        allows: 0,
    },
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
    /// The walks that share a place with those of this tag.
    #[inline(always)]
    fn place(&mut self, tag: u64) -> &mut [Walked; WAYS] {
        let spread = tag.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        &mut self.walks[(spread >> (u64::BITS - PLACES.ilog2())) as usize]
    }

    /// The site of the last such walk, most likely.
    #[inline(always)]
    fn site(&mut self, tag: u64, call: &Call, start: &capture::Start) -> Option<u32> {
        let ways = self.place(tag);
        // No branch, which the processor could not foresee.
        ways[usize::from(ways[0].tag != tag)].site(call, start)
    }

    /// The site of any such walk.
    fn any(&mut self, tag: u64, call: &Call, start: &capture::Start) -> Option<u32> {
        let mut ways = self.place(tag).iter();
        ways.find_map(|known| known.site(call, start))
    }

    /// Keeps a walk and its site.
    fn learn(&mut self, tag: u64, call: Call, walk: &capture::Walk, site: u32) {
        self.next = (self.next + 1) % WAYS;
        let next = self.next;
        let known = &mut self.place(tag)[next];
        known.walk.learn(walk);
        (known.tag, known.call, known.site) = (tag, call, site);
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
    let call = Call {
        location: at.location,
        op: at.op,
        locks: me.held.set(),
        allows: me.allows,
    };
    let start = capture::Start::here(me.extent);
    let tag = start.tag().map(|tag| tag ^ call.tag());
    let known = tag.and_then(|tag| walked(|walks| walks.site(tag, &call, &start)).flatten());
    let site = known.unwrap_or_else(|| walk(me, tag, call, start, at));
    at.site.set(site);
    site
}

/// Does something with the thread's walks, unless that is being done.
#[inline(always)]
fn walked<R>(f: impl FnOnce(&mut Walks) -> R) -> Option<R> {
    let guarded = WALKS.with(core::ptr::from_ref);
    // SAFETY: nothing of it needs to be dropped, so it is there for as long as the thread.
    let guarded = unsafe { &*guarded };
    if guarded.busy.replace(true) {
        return None;
    }
    // SAFETY: only this thread reaches its walks, and `busy` keeps its signal handlers away.
    let done = f(unsafe { &mut *guarded.walks.get() });
    guarded.busy.set(false);
    Some(done)
}

#[inline(never)]
fn walk(me: &mut State, tag: Option<u64>, call: Call, start: capture::Start, at: &At) -> u32 {
    let known = tag.and_then(|tag| walked(|walks| walks.any(tag, &call, &start)).flatten());
    if let Some(site) = known {
        return site;
    }
    let head = Head {
        locks: call.locks,
        allows: call.allows,
        ..Head::new(at.op, at.location)
    };
    let frames = capture::Walk::new(start, at.location);
    let site = intern(&mut me.sites, &frames, head.hash(), head);
    if let Some(tag) = tag {
        walked(|walks| walks.learn(tag, call, &frames, site));
    }
    site
}

#[inline(never)]
fn intern(sites: &mut Cache, frames: &capture::Walk, head_hash: u64, head: Head) -> u32 {
    let hash = frames.hash() ^ head_hash;
    sites.site(hash, || {
        let mut buffer = [0; capture::DEPTH];
        depot::intern(hash, head, frames.collect(&mut buffer))
    })
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

/// A strand inserted an entry at a site that it had not just removed.
#[inline]
pub fn note_maker(site: u32) {
    if let Some(entry) = depot::get(site)
        && !entry.makes.load(Ordering::Relaxed)
    {
        entry.makes.store(true, Ordering::Relaxed);
    }
}

/// Whether a strand ever inserted an entry at the site that it had not just removed.
pub fn is_maker(site: u32) -> bool {
    depot::get(site).is_some_and(|entry| entry.makes.load(Ordering::Relaxed))
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

/// Whether a site is of that operation.
pub fn is_op(site: u32, op: &Op) -> bool {
    depot::get(site).is_some_and(|entry| core::ptr::eq(entry.op, op))
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

    /// As hashes are where no frames are walked: products of the addresses of an array.
    #[test]
    fn a_few_recent_sites_do_not_displace_one_another() {
        let mut cache = Cache::new();
        let hashes = (1..=32).map(|n: u64| (n * 24).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        for (hash, site) in hashes.clone().zip(1..) {
            assert_eq!(cache.site(hash, || site), site);
        }
        let (mut missed, mut expected) = (0, 1..);
        for hash in hashes {
            let expected = expected.next().expect("endless");
            let site = cache.site(hash, || {
                missed += 1;
                expected
            });
            assert_eq!(site, expected);
        }
        // One set that is too small misses all of its own.
        assert!(missed <= 8, "{missed} of 32");
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
