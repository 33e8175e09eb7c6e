//! A work-stealing deque of fixed size (Chase & Lev, SPAA 2005; orders by Le et al., PPoPP 2013).

use fidge::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use fidge::sync::atomic::{AtomicBool, AtomicIsize, AtomicU64, fence};
use fidge::thread;

const SIZE: usize = 16;

#[derive(Default)]
struct Deque {
    top: AtomicIsize,
    bottom: AtomicIsize,
    jobs: [AtomicU64; SIZE],
}

impl Deque {
    fn slot(&self, at: isize) -> &AtomicU64 {
        &self.jobs[at as usize % SIZE]
    }

    /// For the owner; false if it is full.
    fn push(&self, job: u64) -> bool {
        let bottom = self.bottom.load(Relaxed);
        if bottom - self.top.load(Acquire) >= SIZE as isize {
            return false;
        }
        self.slot(bottom).store(job, Relaxed);
        fence(Release);
        self.bottom.store(bottom + 1, Relaxed);
        true
    }

    /// For the owner.
    fn pop(&self) -> Option<u64> {
        let bottom = self.bottom.load(Relaxed) - 1;
        self.bottom.store(bottom, Relaxed);
        fence(SeqCst);
        let top = self.top.load(Relaxed);
        if top > bottom {
            self.bottom.store(bottom + 1, Relaxed);
            return None;
        }
        let job = self.slot(bottom).load(Relaxed);
        if top < bottom {
            return Some(job);
        }
        let won = self.top.compare_exchange(top, top + 1, SeqCst, Relaxed);
        self.bottom.store(bottom + 1, Relaxed);
        won.is_ok().then_some(job)
    }

    /// For everybody else.
    fn steal(&self) -> Option<u64> {
        let top = self.top.load(Acquire);
        fence(SeqCst);
        if top >= self.bottom.load(Acquire) {
            return None;
        }
        let job = self.slot(top).load(Relaxed);
        let won = self.top.compare_exchange(top, top + 1, SeqCst, Relaxed);
        won.is_ok().then_some(job)
    }
}

#[test]
fn each_job_is_taken_once() {
    crate::soak(|| {
        let (deque, done) = (Deque::default(), AtomicBool::new(false));
        let sum = AtomicU64::new(0);
        let take = |job| _ = sum.fetch_add(job, Relaxed);
        let take_own = || deque.pop().into_iter().for_each(take);
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    while !done.load(Acquire) {
                        deque.steal().map_or_else(thread::yield_now, take);
                    }
                });
            }
            for job in 1..=80 {
                while !deque.push(job) {
                    take_own();
                }
                if job % 3 == 0 {
                    take_own();
                }
            }
            while let Some(job) = deque.pop() {
                take(job);
            }
            done.store(true, Release);
        });
        assert_eq!(sum.into_inner(), (1..=80).sum::<u64>());
    });
}
