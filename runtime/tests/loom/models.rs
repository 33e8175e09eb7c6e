//! The models. Each says which weakening it was seen to fail under; those of the granule have not been
//! seen to fail yet (`Relaxed` loads in `Granule::seen`, and the epoch before the word, pass them).

use crate::bucket::Bucket;
use crate::fate::Fate;
use crate::granule::{Access, Granule, Kind};
use crate::lock::Spin;
use crate::state::State;
use crate::{At, arena, sink};
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

/// Fails with `Relaxed` in the unlock or in the lock's exchange.
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
/// twice, and whoever finds an entry sees all of it. Fails with `Relaxed` in the exchange's success.
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

fn access(granule: &Granule, me: &mut State, kind: Kind, mask: u8) {
    let access = Access {
        kind,
        mask,
        address: 64,
        size: 8,
    };
    let mut writers = Default::default();
    granule.part(me, access, &At, &mut writers);
}

/// A model of accesses to one granule by the strands of slots 1 and 2, which know all that slot 0
/// did before and nothing of one another. They race, and it is found whoever comes first, and
/// however old what the lock-free look saw was.
fn granule(before: &'static [(Kind, u8)], one: &'static [(Kind, u8)], two: &'static [(Kind, u8)]) {
    loom::model(move || {
        arena::clear();
        sink::found();
        let granule = Arc::new(Granule::new());
        let run = |granule: &Granule, slot, accesses: &[(Kind, u8)]| {
            let mut me = State::new(slot);
            for &(kind, mask) in accesses {
                access(granule, &mut me, kind, mask);
            }
        };
        run(&granule, 0, before);
        let theirs = Arc::clone(&granule);
        let other = thread::spawn(move || run(&theirs, 1, one));
        run(&granule, 2, two);
        other.join().unwrap();
        assert_ne!(sink::found(), 0);
    });
}

/// One strand's write of half of the granule must not pass for one of the other half, whose mask
/// another strand has just put there.
#[test]
fn an_epoch_is_seen_with_the_mask_it_came_with() {
    const LOW: (Kind, u8) = (Kind::WRITE, 0x0f);
    const HIGH: (Kind, u8) = (Kind::WRITE, 0xf0);
    granule(&[], &[LOW, HIGH], &[HIGH]);
}

#[test]
fn a_redundant_write_hides_no_race() {
    const ALL: (Kind, u8) = (Kind::WRITE, 0xff);
    granule(&[], &[(Kind::READ, 0xff), ALL], &[ALL]);
}

/// Readers that share a granule stand in its overflow block, which is looked at without the lock.
#[test]
fn a_shared_reader_is_seen_with_the_bytes_it_read() {
    const LOW: (Kind, u8) = (Kind::READ, 0x0f);
    const HIGH: (Kind, u8) = (Kind::READ, 0xf0);
    granule(
        &[(Kind::READ, 0xff)],
        &[LOW, HIGH, LOW],
        &[(Kind::WRITE, 0xf0)],
    );
}
