use fidge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use fidge::thread;
use std::sync::Barrier;

// A free list of slots, 1 -> 2 -> 3: the slot after slot n is next[n].

pub fn racy() {
    let head = AtomicUsize::new(1);
    let next = [0, 2, 3, 0].map(AtomicUsize::new);
    let meet = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            let first = head.load(SeqCst);
            let second = next[first].load(SeqCst);
            meet.wait();
            meet.wait();
            // The head is 1 again, but 2 has been taken: two threads now own it.
            let popped = head.compare_exchange(first, second, SeqCst, SeqCst);
            assert_eq!(popped, Ok(1));
        });
        s.spawn(|| {
            meet.wait();
            head.store(3, SeqCst); // takes 1 and 2
            next[1].store(3, SeqCst);
            head.store(1, SeqCst); // gives 1 back
            meet.wait();
        });
    });
}

pub fn fixed() {
    // The upper half of the head counts its changes.
    const CHANGE: usize = 1 << 32;

    let head = AtomicUsize::new(1);
    let next = [0, 2, 3, 0].map(AtomicUsize::new);
    let meet = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            let seen = head.load(SeqCst);
            let second = next[seen % CHANGE].load(SeqCst);
            meet.wait();
            meet.wait();
            let changes = seen / CHANGE + 1;
            let popped = head.compare_exchange(seen, changes * CHANGE + second, SeqCst, SeqCst);
            assert!(popped.is_err());
        });
        s.spawn(|| {
            meet.wait();
            head.store(CHANGE + 3, SeqCst);
            next[1].store(3, SeqCst);
            head.store(2 * CHANGE + 1, SeqCst);
            meet.wait();
        });
    });
}
