use fidge::cell::UnsafeCell;
use fidge::thread;
use std::sync::Barrier;

struct Counter(UnsafeCell<u32>);

// SAFETY: this is the bug; `meet` keeps the accesses apart, and Fidge does not see it.
unsafe impl Sync for Counter {}

impl Counter {
    fn bump(&self) {
        // SAFETY: see above.
        self.0.with_mut(|n| unsafe { *n += 1 });
    }
}

pub fn racy() {
    let sold = Counter(UnsafeCell::new(0));
    let meet = Barrier::new(2);
    thread::scope(|s| {
        s.spawn(|| {
            sold.bump();
            meet.wait();
        });
        s.spawn(|| {
            meet.wait();
            sold.bump();
        });
    });
}

pub fn fixed() {
    use fidge::sync::atomic::{AtomicU32, Ordering};

    let sold = AtomicU32::new(0);
    thread::scope(|s| {
        s.spawn(|| sold.fetch_add(1, Ordering::Relaxed));
        s.spawn(|| sold.fetch_add(1, Ordering::Relaxed));
    });
}
