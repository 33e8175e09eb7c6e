//! A queue of deliveries that are tried again when they fail, up to a limit, and their states by number.

use fidge::collections::HashMap;
use fidge::sync::{Condvar, Mutex};
use fidge::thread;
use std::collections::VecDeque;

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Waiting,
    Tried(u32),
    Delivered,
    GivenUp,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<u32>,
    states: HashMap<u32, State>,
    open: usize,
}

#[derive(Default)]
struct Deliveries {
    queue: Mutex<Queue>,
    changed: Condvar,
}

impl Deliveries {
    fn add(&self, number: u32) {
        let mut queue = self.queue.lock().unwrap();
        queue.waiting.push_back(number);
        queue.states.insert(number, State::Waiting);
        queue.open += 1;
        self.changed.notify_one();
    }

    fn next(&self) -> Option<(u32, State)> {
        let queue = self.queue.lock().unwrap();
        let mut queue = self
            .changed
            .wait_while(queue, |queue| queue.waiting.is_empty() && queue.open > 0)
            .unwrap();
        let number = queue.waiting.pop_front()?;
        Some((number, queue.states[&number]))
    }

    fn tried(&self, number: u32, before: State, worked: bool) {
        let tries = match before {
            State::Tried(tries) => tries + 1,
            _ => 1,
        };
        let after = match worked {
            true => State::Delivered,
            false if tries == 3 => State::GivenUp,
            false => State::Tried(tries),
        };
        let mut queue = self.queue.lock().unwrap();
        // Who took it from the queue is the only one to know it, until it is there again.
        assert_eq!(queue.states.insert(number, after), Some(before));
        match after {
            State::Tried(_) => queue.waiting.push_back(number),
            _ => queue.open -= 1,
        }
        self.changed.notify_all();
    }

    fn work(&self) {
        while let Some((number, state)) = self.next() {
            self.tried(number, state, number % 3 != 0);
        }
    }
}

#[test]
fn every_delivery_ends() {
    crate::soak(|| {
        let deliveries = Deliveries::default();
        (0..24).for_each(|number| deliveries.add(number));
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| deliveries.work());
            }
        });
        let queue = deliveries.queue.into_inner().unwrap();
        let given_up = |state: &&State| **state == State::GivenUp;
        assert_eq!(queue.states.values().filter(given_up).count(), 8);
        assert_eq!(queue.open, 0);
    });
}
