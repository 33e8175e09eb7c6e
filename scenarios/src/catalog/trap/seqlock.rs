//! A reader that reads again where the number has moved.

use crate::hidden::Barrier;
use crate::hidden::Slot;
use crate::mark::{mark, source};
use crate::scenario::{Certificate, Env, Expectation, Outcome, Scenario};
use fidge::Kind;
use fidge::sync::atomic::{AtomicU64, Ordering, fence};
use fidge::thread;

pub static SCENARIO: Scenario = Scenario {
    class: "trap",
    name: "seqlock",
    story: "A writer makes a number odd, writes two words, and makes it even again. A reader \
            takes the words if the number was even and has not moved since, and tries again \
            otherwise. The words are relaxed atomics, with fences where they belong, and that is \
            correct. In the racy twin the words are plain memory, as in C.",
    citation: "Boehm, \"Can seqlocks get along with programming language memory models?\", MSPC \
               2012",
    racy,
    fixed,
    kind: Kind::DataRace,
    depth: 1,
    expectation: Expectation::Always,
    certificate: Certificate::Oracle,
    source: source!("seqlock.rs"),
};

/// Two words that a writer always makes equal.
trait Words: Sync {
    fn write(&self, value: u64);
    fn read(&self) -> [u64; 2];
}

impl Words for Slot<[u64; 2]> {
    fn write(&self, value: u64) {
        mark!(A, self.set([value; 2]));
    }

    fn read(&self) -> [u64; 2] {
        mark!(B, self.get())
    }
}

impl Words for [AtomicU64; 2] {
    fn write(&self, value: u64) {
        for word in self {
            word.store(value, Ordering::Relaxed);
        }
    }

    fn read(&self) -> [u64; 2] {
        self.each_ref().map(|word| word.load(Ordering::Relaxed))
    }
}

fn write(number: &AtomicU64, words: &impl Words, value: u64) {
    let even = number.load(Ordering::Relaxed);
    number.store(even + 1, Ordering::Relaxed);
    fence(Ordering::Release);
    words.write(value);
    number.store(even + 2, Ordering::Release);
}

fn read(number: &AtomicU64, words: &impl Words) -> [u64; 2] {
    loop {
        let before = number.load(Ordering::Acquire);
        if before.is_multiple_of(2) {
            let read = words.read();
            fence(Ordering::Acquire);
            if number.load(Ordering::Relaxed) == before {
                return read;
            }
        }
        thread::yield_now();
    }
}

fn program(env: &Env, words: &impl Words) -> Outcome {
    let number = AtomicU64::new(0);
    // std's: the last write comes after a read, and nothing tells the detector so.
    let was_read = Barrier::new(2);
    let read = thread::scope(|s| {
        s.spawn(|| {
            (1..10).for_each(|value| write(&number, words, value));
            was_read.wait();
            write(&number, words, 10);
        });
        let reader = s.spawn(|| {
            env.stagger(0);
            let first = read(&number, words);
            was_read.wait();
            [first, read(&number, words)]
        });
        reader.join().unwrap()
    });
    Outcome::wrong_if(read.iter().any(|[one, other]| one != other))
}

fn racy(env: &Env) -> Outcome {
    program(env, &Slot::new([0; 2]))
}

fn fixed(env: &Env) -> Outcome {
    program(env, &[0; 2].map(AtomicU64::new))
}
