//! A flag that publishes data too early, and a plain write of what others access atomically.

use crate::golden::{golden, in_turn};
use fidge::cell::UnsafeCell;
use fidge::sync::atomic::{AtomicBool, AtomicU32, Ordering};

#[derive(Default)]
struct Message {
    ready: AtomicBool,
    text: UnsafeCell<[u8; 16]>,
}

// SAFETY: this is the bug; the test keeps the accesses apart by a signal that Fidge does not see.
unsafe impl Sync for Message {}

impl Message {
    fn write(&self) {
        self.ready.store(true, Ordering::Release);
        // SAFETY: see above.
        self.text.with_mut(|text| unsafe { (*text)[0] = 1 });
    }

    fn read(&self) -> Option<u8> {
        let ready = self.ready.load(Ordering::Acquire);
        // SAFETY: see above.
        ready.then(|| self.text.with(|text| unsafe { (*text)[0] }))
    }
}

#[test]
fn a_flag_that_is_set_too_early() {
    let message = Message::default();
    let report = fidge::check(|| in_turn(|| message.write(), || _ = message.read()));
    golden("early_flag.txt", &report);
}

/// Resets its number by `get_mut`, as if nobody else had it.
struct Statistics(std::cell::UnsafeCell<AtomicU32>);

// SAFETY: this is the bug; the test keeps the accesses apart by a signal that Fidge does not see.
unsafe impl Sync for Statistics {}

impl Statistics {
    fn count(&self) {
        // SAFETY: see above.
        unsafe { &*self.0.get() }.fetch_add(1, Ordering::Relaxed);
    }

    fn reset(&self) {
        // SAFETY: see above.
        *unsafe { &mut *self.0.get() }.get_mut() = 0;
    }
}

#[test]
fn a_plain_write_of_an_atomic() {
    let statistics = Statistics(AtomicU32::new(0).into());
    let report = fidge::check(|| in_turn(|| statistics.count(), || statistics.reset()));
    golden("atomic_and_plain.txt", &report);
}
