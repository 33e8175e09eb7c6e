//! A bounded work queue: a lock and two conditions.

use fidge::sync::atomic::{AtomicU64, Ordering::Relaxed};
use fidge::sync::{Condvar, Mutex};
use fidge::thread;
use std::collections::VecDeque;

#[derive(Default)]
struct Inner {
    jobs: VecDeque<u64>,
    closed: bool,
}

#[derive(Default)]
struct Queue {
    inner: Mutex<Inner>,
    filled: Condvar,
    drained: Condvar,
}

impl Queue {
    fn push(&self, job: u64) {
        let inner = self.inner.lock().unwrap();
        let mut inner = self
            .drained
            .wait_while(inner, |inner| inner.jobs.len() == 4)
            .unwrap();
        inner.jobs.push_back(job);
        self.filled.notify_one();
    }

    fn pop(&self) -> Option<u64> {
        let mut inner = self.inner.lock().unwrap();
        loop {
            if let Some(job) = inner.jobs.pop_front() {
                self.drained.notify_one();
                return Some(job);
            }
            if inner.closed {
                return None;
            }
            inner = self.filled.wait(inner).unwrap();
        }
    }

    fn close(&self) {
        self.inner.lock().unwrap().closed = true;
        self.filled.notify_all();
    }
}

#[test]
fn every_job_is_done_once() {
    crate::soak(|| {
        let (queue, sum) = (Queue::default(), AtomicU64::new(0));
        thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    while let Some(job) = queue.pop() {
                        sum.fetch_add(job, Relaxed);
                    }
                });
            }
            let producers: Vec<_> = (0..2)
                .map(|producer| {
                    let queue = &queue;
                    s.spawn(move || (0..40).for_each(|n| queue.push(producer * 100 + n)))
                })
                .collect();
            for producer in producers {
                producer.join().unwrap();
            }
            queue.close();
        });
        assert_eq!(sum.into_inner(), 2 * (0..40).sum::<u64>() + 40 * 100);
    });
}
