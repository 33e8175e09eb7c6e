//! A mailbox without conditions: the reader polls a flag that it takes down, the writer polls a lock.

use fidge::dashmap::DashMap;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicBool, Ordering::AcqRel};
use fidge::thread;

#[derive(Default)]
struct Mailbox {
    letters: DashMap<&'static str, u32>,
    full: AtomicBool,
    taken: Mutex<u32>,
}

impl Mailbox {
    fn write(&self, letter: u32) {
        self.letters.insert("letter", letter);
        self.full.swap(true, AcqRel);
        while *self.taken.lock().unwrap() < letter {
            thread::yield_now();
        }
    }

    fn read(&self) -> u32 {
        while !self.full.swap(false, AcqRel) {
            thread::yield_now();
        }
        let letter = *self.letters.get("letter").expect("it was said to be there");
        *self.taken.lock().unwrap() = letter;
        letter
    }
}

#[test]
fn letters_come_one_by_one() {
    crate::soak(|| {
        let mailbox = Mailbox::default();
        thread::scope(|s| {
            s.spawn(|| {
                for letter in 1..=15 {
                    // What lies there is what was read last.
                    let before = mailbox.letters.get("letter").map_or(0, |letter| *letter);
                    assert_eq!(before, letter - 1);
                    mailbox.write(letter);
                }
            });
            s.spawn(|| (1..=15).for_each(|letter| assert_eq!(mailbox.read(), letter)));
        });
    });
}
