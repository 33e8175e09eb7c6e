//! A cancellation token: whoever finds the answer first tells the others to stop.

use fidge::sync::atomic::AtomicBool;
use fidge::sync::atomic::Ordering::{Acquire, Release};
use fidge::sync::{Arc, Condvar, Mutex, OnceLock};
use fidge::thread;

#[derive(Clone, Default)]
struct Token(Arc<(AtomicBool, Mutex<bool>, Condvar)>);

impl Token {
    fn cancel(&self) {
        let (flag, told, changed) = &*self.0;
        flag.store(true, Release);
        *told.lock().unwrap() = true;
        changed.notify_all();
    }

    fn is_cancelled(&self) -> bool {
        self.0.0.load(Acquire)
    }

    fn wait(&self) {
        let (_, told, changed) = &*self.0;
        let told = told.lock().unwrap();
        drop(changed.wait_while(told, |told| !*told).unwrap());
    }
}

#[test]
fn the_search_stops_when_one_found_it() {
    crate::soak(|| {
        let (token, found) = (Token::default(), OnceLock::new());
        thread::scope(|s| {
            for worker in 0..3_u32 {
                let (token, found) = (token.clone(), &found);
                s.spawn(move || {
                    let mut candidate = worker;
                    while !token.is_cancelled() {
                        if candidate % 7 == 3 && candidate % 11 == 5 {
                            // More than one may find one.
                            _ = found.set(candidate);
                            token.cancel();
                        }
                        candidate += 3;
                    }
                });
            }
            token.wait();
            assert!(token.is_cancelled());
        });
        let found = found.get().expect("somebody found it");
        assert!(found % 7 == 3 && found % 11 == 5);
    });
}
