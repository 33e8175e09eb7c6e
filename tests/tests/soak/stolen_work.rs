//! Workers with a queue each; who has nothing to do takes half of another one's.

use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use fidge::thread;
use std::collections::VecDeque;

struct Workers {
    queues: [Mutex<VecDeque<u32>>; 3],
    /// Jobs that are not done yet, and how many each did.
    left: AtomicUsize,
    done: [AtomicUsize; 3],
}

impl Workers {
    fn next(&self, worker: usize) -> Option<u32> {
        if let Some(job) = self.queues[worker].lock().unwrap().pop_front() {
            return Some(job);
        }
        for other in (0..3).filter(|other| *other != worker) {
            let stolen = {
                let mut queue = self.queues[other].lock().unwrap();
                let from = queue.len() / 2;
                queue.split_off(from)
            };
            // One lock at a time: two thieves never wait for each other.
            let mut own = self.queues[worker].lock().unwrap();
            own.extend(stolen);
            if let Some(job) = own.pop_front() {
                return Some(job);
            }
        }
        None
    }

    fn run(&self, worker: usize) {
        while self.left.load(SeqCst) > 0 {
            match self.next(worker) {
                Some(_job) => {
                    // Its own count: nobody else writes it.
                    let done = self.done[worker].load(SeqCst);
                    self.done[worker].store(done + 1, SeqCst);
                    self.left.fetch_sub(1, SeqCst);
                }
                None => thread::yield_now(),
            }
        }
    }
}

#[test]
fn every_job_is_counted_once() {
    crate::soak(|| {
        let workers = Workers {
            queues: [(0..40).collect(), VecDeque::new(), VecDeque::new()].map(Mutex::new),
            left: AtomicUsize::new(40),
            done: Default::default(),
        };
        thread::scope(|s| {
            let workers = &workers;
            for worker in 0..3 {
                s.spawn(move || workers.run(worker));
            }
            // A display reads along.
            s.spawn(move || {
                while workers.left.load(SeqCst) > 0 {
                    let shown: usize = workers.done.iter().map(|done| done.load(SeqCst)).sum();
                    assert!(shown <= 40);
                    thread::yield_now();
                }
            });
        });
        let done = workers.done.map(AtomicUsize::into_inner);
        assert_eq!(done.iter().sum::<usize>(), 40);
    });
}
