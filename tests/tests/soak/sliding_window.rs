//! A rate limiter by client: the times of its last requests, in a map behind a lock.

use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicU64, Ordering::SeqCst};
use fidge::thread;
use std::collections::VecDeque;

const WINDOW: u64 = 20;
const MOST: usize = 3;

#[derive(Default)]
struct Limiter {
    clock: AtomicU64,
    requests: Mutex<HashMap<String, VecDeque<u64>>>,
}

impl Limiter {
    fn allow(&self, client: &str) -> bool {
        let mut requests = self.requests.lock().unwrap();
        let now = self.clock.fetch_add(1, SeqCst);
        if !requests.contains_key(client) {
            requests.insert(client.to_owned(), VecDeque::new());
        }
        let times = requests.get_mut(client).expect("just made");
        while times.front().is_some_and(|&first| first + WINDOW <= now) {
            times.pop_front();
        }
        let allowed = times.len() < MOST;
        if allowed {
            times.push_back(now);
        }
        allowed
    }

    fn forget_idle(&self) {
        let now = self.clock.load(SeqCst);
        let mut requests = self.requests.lock().unwrap();
        requests.retain(|_, times| times.back().is_some_and(|&last| last + WINDOW > now));
    }
}

#[test]
fn a_client_gets_no_more_than_its_share() {
    crate::soak(|| {
        let limiter = Limiter::default();
        let allowed = AtomicU64::new(0);
        thread::scope(|s| {
            for worker in 0..3 {
                let (limiter, allowed) = (&limiter, &allowed);
                s.spawn(move || {
                    for step in 0..30 {
                        let client = ["ann", "bob"][(worker + step) % 2];
                        if limiter.allow(client) {
                            allowed.fetch_add(1, SeqCst);
                        }
                        if step % 10 == 9 {
                            limiter.forget_idle();
                        }
                    }
                });
            }
        });
        // 90 ticks are less than 5 windows for each of two clients.
        assert!((6..=30).contains(&allowed.into_inner()));
    });
}
