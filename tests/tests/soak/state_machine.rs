//! A connection's states, moved by compare-and-exchange: each step is taken by one thread.

use fidge::sync::atomic::Ordering::{AcqRel, Acquire};
use fidge::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};
use fidge::thread;

const IDLE: u8 = 0;
const DIALING: u8 = 1;
const UP: u8 = 2;
const CLOSED: u8 = 3;

#[derive(Default)]
struct Connection {
    state: AtomicU8,
    dials: AtomicU32,
    drops: AtomicU32,
}

impl Connection {
    fn step(&self, from: u8, to: u8) -> bool {
        self.state
            .compare_exchange(from, to, AcqRel, Acquire)
            .is_ok()
    }

    fn dial(&self) {
        if self.step(IDLE, DIALING) {
            self.dials.fetch_add(1, Relaxed);
            // Only we leave this state, but for a close.
            let _connected = self.step(DIALING, UP);
        }
    }

    fn hang_up(&self) {
        if self.step(UP, IDLE) {
            self.drops.fetch_add(1, Relaxed);
        }
    }

    fn close(&self) -> u8 {
        let mut state = self.state.load(Acquire);
        while state != CLOSED {
            match self.state.compare_exchange(state, CLOSED, AcqRel, Acquire) {
                Ok(_) => break,
                Err(other) => state = other,
            }
        }
        state
    }
}

#[test]
fn every_dial_ends_once() {
    crate::soak(|| {
        let connection = Connection::default();
        let last = thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| (0..40).for_each(|_| connection.dial()));
                s.spawn(|| (0..40).for_each(|_| connection.hang_up()));
            }
            (0..10).for_each(|_| thread::yield_now());
            connection.close()
        });
        assert_eq!(connection.state.load(Acquire), CLOSED);
        let open = u32::from(last == UP || last == DIALING);
        assert_eq!(
            connection.dials.into_inner(),
            connection.drops.into_inner() + open
        );
    });
}
