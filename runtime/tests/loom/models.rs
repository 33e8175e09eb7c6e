//! The models. Each says which weakening it was seen to fail under.

use crate::bucket::Bucket;
use crate::clock::Clock;
use crate::epoch::Epoch;
use crate::fate::Fate;
use crate::free::Free;
use crate::granule::{Access, Granule, Kind};
use crate::lock::Spin;
use crate::state::{Body, Edge, Passes, State};
use crate::sync::SyncVar;
use crate::{At, Op, arena};
use loom::cell::UnsafeCell;
use loom::sync::Arc;
use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::thread;

struct Shared<T>(UnsafeCell<T>);

// SAFETY: loom checks every access.
unsafe impl<T: Send> Sync for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for Shared<T> {}

impl<T: Copy> Shared<T> {
    fn new(value: T) -> Self {
        Shared(UnsafeCell::new(value))
    }
    fn get(&self) -> T {
        // SAFETY: loom checks that nobody writes meanwhile.
        self.0.with(|value| unsafe { *value })
    }
    fn set(&self, new: T) {
        // SAFETY: loom checks that nobody else is here.
        self.0.with_mut(|value| unsafe { *value = new });
    }
}

/// Fails with `Relaxed` in the unlock or in either of the lock's exchanges.
#[test]
fn the_spin_lock_excludes_and_passes_on() {
    loom::model(|| {
        let shared = Arc::new((Spin::new(), Shared::new(0)));
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || {
            let _held = theirs.0.lock();
            theirs.1.set(theirs.1.get() + 1);
        });
        {
            let _held = shared.0.lock();
            shared.1.set(shared.1.get() + 1);
        }
        other.join().unwrap();
        assert_eq!(shared.1.get(), 2);
    });
}

/// The thread that ran a strand and the one that lets it go: exactly one gives the slot back, and
/// what it reads there (`Record::now`) is what the other left. Fails with `Relaxed` in either.
#[test]
fn a_slot_is_given_back_once_and_after_its_last_use() {
    loom::model(|| {
        let shared = Arc::new((
            Fate::new(),
            Shared::new(0),
            Shared::new(0),
            AtomicUsize::new(0),
        ));
        let theirs = Arc::clone(&shared);
        let give_back = |(_, ran, joined, given): &(_, Shared<i32>, Shared<i32>, AtomicUsize)| {
            assert_eq!((ran.get(), joined.get()), (1, 1));
            given.fetch_add(1, Ordering::Relaxed);
        };
        let other = thread::spawn(move || {
            theirs.1.set(1);
            if theirs.0.exit() {
                give_back(&theirs);
            }
        });
        shared.2.set(1);
        if shared.0.let_go() {
            give_back(&shared);
        }
        other.join().unwrap();
        assert!(shared.0.has_exited());
        assert_eq!(shared.3.load(Ordering::Relaxed), 1);
    });
}

/// Two threads intern the same site and one each of their own: nothing is lost, nothing is there
/// twice, and whoever finds an entry sees all of it. Fails with `Relaxed` in the first load, or in the
/// exchange's success or failure.
#[test]
fn a_site_is_interned_once_and_whole() {
    struct Entry {
        key: Shared<u32>,
        next: Shared<u32>,
    }
    loom::model(|| {
        // Entry n is at n - 1; each thread has two of its own to fill.
        let entry = || Entry {
            key: Shared::new(0),
            next: Shared::new(0),
        };
        let depot = Arc::new((Bucket::new(), [(); 4].map(|()| entry())));
        let intern = |depot: &(Bucket, [Entry; 4]), key: u32, own: u32| {
            let find = |mut at: u32| {
                while at != 0 && depot.1[at as usize - 1].key.get() != key {
                    at = depot.1[at as usize - 1].next.get();
                }
                (at != 0).then_some(at)
            };
            let make = |next| {
                depot.1[own as usize - 1].key.set(key);
                depot.1[own as usize - 1].next.set(next);
                own
            };
            depot.0.intern(find, make)
        };
        let theirs = Arc::clone(&depot);
        let other = thread::spawn(move || (intern(&theirs, 7, 1), intern(&theirs, 8, 2)));
        let mine = (intern(&depot, 7, 3), intern(&depot, 9, 4));
        let theirs = other.join().unwrap();
        assert_eq!(mine.0.0, theirs.0.0, "one number for a site");
        assert!(mine.0.1 != theirs.0.1, "inserted by one of them");
        assert!(mine.1.1 && theirs.1.1);
        for (key, (site, _)) in [(7, mine.0), (8, theirs.1), (9, mine.1)] {
            assert_eq!(intern(&depot, key, 1), (site, false));
        }
    });
}

fn here() -> At {
    At::here(&Op("model"))
}

fn access(granule: &Granule, me: &mut State, kind: Kind, mask: u8) {
    let access = Access {
        kind,
        mask,
        address: 64,
        size: 8,
    };
    let mut writers = Default::default();
    granule.part(me, access, &here(), &mut writers);
}

/// Until the other thread is done, which orders nothing: every load may still be of before.
fn wait(done: &AtomicUsize) {
    while done.load(Ordering::Relaxed) == 0 {
        thread::yield_now();
    }
}

const LOW: u8 = 0x0f;
const HIGH: u8 = 0xf0;
const ALL: u8 = 0xff;

/// Another strand's atomic store races with none of ours, so its cell, with a wider mask, comes in
/// place of ours and leaves no mark (where a race is found, `word::RACED` ends all of `seen`).
/// Fails with the first `Acquire` of `Granule::seen` weakened. Those of the cells' epochs order nothing:
/// what counts there is only the strand's own store.
#[test]
fn an_own_write_is_seen_with_its_own_bytes() {
    loom::model(|| {
        arena::clear();
        let granule = Arc::new(Granule::new());
        let mut me = State::new(1);
        access(&granule, &mut me, Kind::STORE, LOW);
        assert!(granule.seen(&me, Kind::STORE, LOW));
        let done = Arc::new(AtomicUsize::new(0));
        let (theirs, set) = (Arc::clone(&granule), Arc::clone(&done));
        let other = thread::spawn(move || {
            access(&theirs, &mut State::new(2), Kind::STORE, ALL);
            set.store(1, Ordering::Relaxed);
        });
        wait(&done);
        assert!(!granule.seen(&me, Kind::STORE, HIGH));
        other.join().unwrap();
    });
}

/// As above for the read cell, which others take away only as the memory's history ends.
/// Fails as the one above.
#[test]
fn an_own_read_is_seen_with_its_own_bytes() {
    loom::model(|| {
        arena::clear();
        let granule = Arc::new(Granule::new());
        let mut me = State::new(1);
        access(&granule, &mut me, Kind::READ, LOW);
        assert!(granule.seen(&me, Kind::READ, LOW));
        let done = Arc::new(AtomicUsize::new(0));
        let (theirs, set) = (Arc::clone(&granule), Arc::clone(&done));
        let other = thread::spawn(move || {
            theirs.reset(ALL);
            access(&theirs, &mut State::new(2), Kind::READ, ALL);
            set.store(1, Ordering::Relaxed);
        });
        wait(&done);
        assert!(!granule.seen(&me, Kind::READ, HIGH));
        other.join().unwrap();
    });
}

/// A block that holds an own read of one granule goes, between two looks, to another that names it before
/// and after. Fails without the incarnations in `Granule::seen`, without its second look at the word, and with one
/// that takes a locked word.
#[test]
fn an_own_read_is_seen_in_its_own_granule() {
    let mut model = loom::model::Builder::new();
    // The reader is let in, and kept from its second look, in the midst of the other's work.
    model.preemption_bound = Some(2);
    model.check(|| {
        arena::clear();
        let granules = Arc::new((Granule::new(), Granule::new()));
        let (here, there) = (&granules.0, &granules.1);
        // The bytes read first stand inline; the read of the others makes a block.
        access(here, &mut State::new(2), Kind::READ, HIGH);
        access(here, &mut State::new(3), Kind::READ, LOW);
        access(there, &mut State::new(2), Kind::READ, HIGH);
        let theirs = Arc::clone(&granules);
        let reader = thread::spawn(move || {
            let mut me = State::new(1);
            access(&theirs.1, &mut me, Kind::READ, LOW);
            assert!(!theirs.0.seen(&me, Kind::READ, LOW));
        });
        here.reset(LOW);
        there.reset(LOW);
        access(here, &mut State::new(3), Kind::READ, LOW);
        reader.join().unwrap();
    });
}

/// Who knows a release's epoch knows what that release published, and an acquire that comes after a
/// release knows it, whatever tip it peeks at.
/// Fails with the lock dropped early in `Locked::release`, or not taken in `Carrier::learn`. The look at the
/// tip may be `Relaxed`: nothing is read by it.
#[test]
fn a_known_tip_stands_for_its_whole_clock() {
    loom::model(|| {
        arena::clear();
        let body = Body::new();
        let shared = Arc::new((SyncVar::new(), AtomicUsize::new(0)));
        let mut me = State::with_body(1, &body);
        let mut releaser = State::with_body(2, &body);
        let before = Epoch::new(3, 1);
        releaser.join(&Clock::EMPTY, before, Edge::Told, &here(), None);
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || {
            for time in 1..=2 {
                let mut clock = theirs.0.lock();
                clock.release(&mut releaser, Passes::All, &here());
                drop(clock);
                theirs.1.store(time, Ordering::Release);
            }
        });
        for _ in 0..2 {
            let released = shared.1.load(Ordering::Acquire) as u64;
            shared.0.carrier().learn(&mut me, Edge::Told, &here());
            assert!(released == 0 || me.knows(Epoch::new(2, released)));
            assert!(!me.knows(Epoch::new(2, 1)) || me.knows(before));
        }
        other.join().unwrap();
    });
}

/// Releases that are joined stay, and a tip that named one of them names the clock no more.
/// Fails with the old tip left in `Locked::join`.
#[test]
fn a_joined_release_is_learned_by_who_knows_the_other() {
    loom::model(|| {
        arena::clear();
        let body = Body::new();
        let shared = Arc::new((SyncVar::new(), AtomicUsize::new(0)));
        let mut me = State::with_body(1, &body);
        shared
            .0
            .lock()
            .release(&mut State::with_body(2, &body), Passes::All, &here());
        let (theirs, mut joiner) = (Arc::clone(&shared), State::with_body(3, &body));
        let other = thread::spawn(move || {
            let mut clock = theirs.0.lock();
            clock.release_join(&mut joiner, Passes::All, &here());
            drop(clock);
            theirs.1.store(1, Ordering::Release);
        });
        for _ in 0..2 {
            let joined = shared.1.load(Ordering::Acquire) == 1;
            shared.0.carrier().learn(&mut me, Edge::Told, &here());
            assert!(me.knows(Epoch::new(2, 1)));
            assert!(!joined || me.knows(Epoch::new(3, 1)));
        }
        other.join().unwrap();
    });
}

/// Strands that come and go at the same time: a slot has one owner, and who gets it goes on after
/// the last time of the one before.
/// Fails without the lock in `Free::with`.
#[test]
fn a_slot_has_one_owner_at_a_time() {
    loom::model(|| {
        arena::clear();
        let free = Free::new();
        let mut past = Clock::EMPTY;
        assert_eq!(free.take(&past, 0), Some((0, 0)));
        free.give_back(Epoch::new(0, 5), 0);
        past.raise(0, 5);
        let slots = [(); 3].map(|()| (AtomicUsize::new(0), Shared::new(0)));
        slots[0].1.set(5);
        let shared = Arc::new((free, slots));
        let live = move |(free, slots): &(Free, [(AtomicUsize, Shared<u64>); 3])| {
            let (slot, start) = free.take(&past, 0).expect("one is free");
            let (owners, last) = &slots[slot as usize];
            assert_eq!(owners.fetch_add(1, Ordering::Relaxed), 0, "one owner");
            assert_eq!(last.get(), start, "goes on where the last one ended");
            last.set(start + 1);
            owners.fetch_sub(1, Ordering::Relaxed);
            free.give_back(Epoch::new(slot, start + 1), 0);
        };
        let theirs = Arc::clone(&shared);
        let other = thread::spawn(move || live(&theirs));
        live(&shared);
        other.join().unwrap();
    });
}

/// A release that is there already is left alone, without the lock: whoever joins meanwhile takes nothing away.
/// Fails if `Locked::join` forgets the old tip, or replaces what it should join.
#[test]
fn a_release_that_is_made_again_stays_beside_who_joins_meanwhile() {
    loom::model(|| {
        arena::clear();
        let shared = Arc::new(SyncVar::new());
        let (mut me, mut joiner) = (State::new(2), State::new(3));
        shared.carrier().join_in(&mut me, Passes::All, &here());
        let theirs = Arc::clone(&shared);
        let other =
            thread::spawn(move || theirs.carrier().join_in(&mut joiner, Passes::All, &here()));
        shared.carrier().join_in(&mut me, Passes::All, &here());
        other.join().unwrap();
        let mut late = State::new(1);
        shared.carrier().learn(&mut late, Edge::Told, &here());
        assert!(late.knows(Epoch::new(2, 1)) && late.knows(Epoch::new(3, 1)));
    });
}
