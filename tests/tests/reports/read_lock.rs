//! A write while the lock is held for reading.

use crate::golden::{golden, in_turn};
use fidge::cell::UnsafeCell;
use fidge::sync::RwLock;

#[derive(Default)]
struct Page {
    lock: RwLock<()>,
    hits: UnsafeCell<u64>,
}

// SAFETY: this is the bug; the test keeps the accesses apart by a signal that Fidge does not see.
unsafe impl Sync for Page {}

impl Page {
    fn show(&self) {
        let _held = self.lock.read().unwrap();
        // SAFETY: see above.
        self.hits.with_mut(|hits| unsafe { *hits += 1 });
    }
}

#[test]
fn a_write_under_a_read_lock() {
    let page = Page::default();
    let report = fidge::check(|| in_turn(|| page.show(), || page.show()));
    golden("read_lock.txt", &report);
}
