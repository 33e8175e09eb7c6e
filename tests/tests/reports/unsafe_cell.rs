//! A counter in an `UnsafeCell`: one side takes the lock, the other forgets it.

use crate::golden::{golden, in_turn};
use fidge::cell::UnsafeCell;
use fidge::sync::Mutex;

#[derive(Default)]
struct Counter {
    lock: Mutex<()>,
    value: UnsafeCell<u32>,
}

// SAFETY: this is the bug; the test keeps the accesses apart by a signal that Fidge does not see.
unsafe impl Sync for Counter {}

impl Counter {
    fn bump(&self) {
        let _held = self.lock.lock();
        // SAFETY: see above.
        self.value.with_mut(|value| unsafe { *value += 1 });
    }

    fn peek(&self) -> u32 {
        // SAFETY: see above.
        self.value.with(|value| unsafe { *value })
    }
}

#[test]
fn a_forgotten_lock() {
    let counter = Counter::default();
    let report = fidge::check(|| {
        counter.bump();
        in_turn(|| counter.bump(), || _ = counter.peek());
    });
    golden("unsafe_cell.txt", &report);
}
