//! A server that shuts down: a flag that several may set, and a count of requests still under way.

use fidge::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use fidge::sync::{Condvar, Mutex};
use fidge::thread;

#[derive(Default)]
struct Server {
    stop: AtomicBool,
    served: AtomicUsize,
    under_way: Mutex<usize>,
    idle: Condvar,
}

impl Server {
    fn serve(&self) -> bool {
        {
            let mut under_way = self.under_way.lock().unwrap();
            if self.stop.load(SeqCst) {
                return false;
            }
            *under_way += 1;
        }
        self.served.fetch_add(1, SeqCst);
        let mut under_way = self.under_way.lock().unwrap();
        *under_way -= 1;
        if *under_way == 0 {
            self.idle.notify_all();
        }
        true
    }

    fn shut_down(&self) {
        self.stop.store(true, SeqCst);
    }

    /// What was served, once nothing is under way.
    fn drained(&self) -> usize {
        self.shut_down();
        let mut under_way = self.under_way.lock().unwrap();
        while *under_way > 0 {
            under_way = self.idle.wait(under_way).unwrap();
        }
        self.served.load(SeqCst)
    }
}

#[test]
fn nothing_is_served_after_the_drain() {
    crate::soak(|| {
        let server = Server::default();
        let drained = thread::scope(|s| {
            for limit in [5, 9, 100] {
                let server = &server;
                s.spawn(move || {
                    while server.serve() {
                        // Several may find that it is enough.
                        if server.served.load(SeqCst) >= limit && !server.stop.load(SeqCst) {
                            server.shut_down();
                        }
                    }
                });
            }
            (0..20).for_each(|_| thread::yield_now());
            server.drained()
        });
        assert_eq!(server.served.into_inner(), drained);
    });
}
