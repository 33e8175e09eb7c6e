//! A mailbox of one letter: the sender leaves it and unparks, the receiver parks until it is there.

use fidge::cell::UnsafeCell;
use fidge::sync::atomic::AtomicBool;
use fidge::sync::atomic::Ordering::{Acquire, Release};
use fidge::thread::{self, Thread};

#[derive(Default)]
struct Mailbox {
    full: AtomicBool,
    letter: UnsafeCell<u32>,
}

// SAFETY: the letter is the sender's while the box is not full, the receiver's while it is.
unsafe impl Sync for Mailbox {}

impl Mailbox {
    /// Waits, parked, until the box is full, or empty.
    fn wait(&self, full: bool) {
        while self.full.load(Acquire) != full {
            thread::park();
        }
    }

    fn send(&self, letter: u32, receiver: &Thread) {
        self.wait(false);
        // SAFETY: it is empty.
        self.letter.with_mut(|place| unsafe { *place = letter });
        self.full.store(true, Release);
        receiver.unpark();
    }

    fn receive(&self, sender: &Thread) -> u32 {
        self.wait(true);
        // SAFETY: it is full.
        let letter = self.letter.with(|place| unsafe { *place });
        self.full.store(false, Release);
        sender.unpark();
        letter
    }
}

#[test]
fn letters_come_in_order() {
    crate::soak(|| {
        let mailbox = Mailbox::default();
        let sender = thread::current();
        thread::scope(|s| {
            let receiver = s.spawn(|| {
                for n in 0..40 {
                    assert_eq!(mailbox.receive(&sender), n);
                }
            });
            for n in 0..40 {
                mailbox.send(n, receiver.thread());
            }
        });
    });
}
