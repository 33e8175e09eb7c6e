//! A reader-writer spin lock in one word: a bit for the writer, and a count of readers.

use fidge::cell::UnsafeCell;
use fidge::sync::atomic::AtomicUsize;
use fidge::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use fidge::thread;

const WRITER: usize = 1;
const READER: usize = 2;

struct RwSpin<T> {
    state: AtomicUsize,
    value: UnsafeCell<T>,
}

// SAFETY: the value is written by one writer alone, and read by readers alone.
unsafe impl<T: Send + Sync> Sync for RwSpin<T> {}

impl<T> RwSpin<T> {
    fn read<R>(&self, f: impl FnOnce(&T) -> R) -> R {
        loop {
            let state = self.state.load(Relaxed);
            let free = state & WRITER == 0;
            let more = state + READER;
            if free
                && self
                    .state
                    .compare_exchange_weak(state, more, Acquire, Relaxed)
                    .is_ok()
            {
                break;
            }
            thread::yield_now();
        }
        // SAFETY: no writer is inside.
        let result = self.value.with(|value| f(unsafe { &*value }));
        self.state.fetch_sub(READER, Release);
        result
    }

    fn write<R>(&self, f: impl FnOnce(&mut T) -> R) -> R {
        while self
            .state
            .compare_exchange_weak(0, WRITER, Acquire, Relaxed)
            .is_err()
        {
            thread::yield_now();
        }
        // SAFETY: nobody else is inside.
        let result = self.value.with_mut(|value| f(unsafe { &mut *value }));
        self.state.fetch_and(!WRITER, Release);
        result
    }
}

#[test]
fn readers_see_what_writers_left() {
    crate::soak(|| {
        let lock = RwSpin {
            state: AtomicUsize::new(0),
            value: UnsafeCell::new([0_u64; 4]),
        };
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    (0..25).for_each(|_| lock.write(|all| all.iter_mut().for_each(|n| *n += 1)))
                });
                s.spawn(|| {
                    for _ in 0..40 {
                        lock.read(|all| assert!(all.iter().all(|n| *n == all[0])));
                    }
                });
            }
        });
        assert_eq!(lock.value.into_inner(), [50; 4]);
    });
}
