//! A read-copy-update map: readers follow a pointer, writers copy, swap and wait for the readers of
//! before.

use fidge::collections::HashMap;
use fidge::sync::Mutex;
use fidge::sync::atomic::Ordering::SeqCst;
use fidge::sync::atomic::{AtomicPtr, AtomicUsize};
use fidge::thread;

type Routes = HashMap<&'static str, u32>;

struct Rcu {
    current: AtomicPtr<Routes>,
    /// Readers of even and of odd generations.
    readers: [AtomicUsize; 2],
    generation: AtomicUsize,
    writer: Mutex<()>,
}

impl Rcu {
    fn read<R>(&self, f: impl FnOnce(&Routes) -> R) -> R {
        let parity = loop {
            let generation = self.generation.load(SeqCst);
            self.readers[generation % 2].fetch_add(1, SeqCst);
            if self.generation.load(SeqCst) == generation {
                break generation % 2;
            }
            self.readers[generation % 2].fetch_sub(1, SeqCst);
        };
        // SAFETY: a writer waits for us before it frees this.
        let result = f(unsafe { &*self.current.load(SeqCst) });
        self.readers[parity].fetch_sub(1, SeqCst);
        result
    }

    fn update(&self, f: impl FnOnce(&mut Routes)) {
        let _writer = self.writer.lock().unwrap();
        // SAFETY: only a writer frees it, and that is us.
        let mut copy = unsafe { &*self.current.load(SeqCst) }.clone();
        f(&mut copy);
        let old = self.current.swap(Box::into_raw(Box::new(copy)), SeqCst);
        let before = self.generation.fetch_add(1, SeqCst) % 2;
        while self.readers[before].load(SeqCst) != 0 {
            thread::yield_now();
        }
        // SAFETY: whoever may have seen it has left.
        drop(unsafe { Box::from_raw(old) });
    }
}

impl Drop for Rcu {
    fn drop(&mut self) {
        // SAFETY: nobody else is here.
        drop(unsafe { Box::from_raw(*self.current.get_mut()) });
    }
}

#[test]
fn readers_see_whole_versions() {
    crate::soak(|| {
        let first = HashMap::from([("a", 0), ("b", 0)]);
        let rcu = Rcu {
            current: AtomicPtr::new(Box::into_raw(Box::new(first))),
            readers: Default::default(),
            generation: AtomicUsize::new(0),
            writer: Mutex::new(()),
        };
        thread::scope(|s| {
            for _ in 0..2 {
                s.spawn(|| {
                    for _ in 0..25 {
                        rcu.read(|routes| assert_eq!(routes["a"], routes["b"]));
                    }
                });
                s.spawn(|| {
                    for _ in 0..8 {
                        rcu.update(|routes| routes.values_mut().for_each(|metric| *metric += 1));
                    }
                });
            }
        });
        rcu.read(|routes| assert_eq!(routes["a"], 16));
    });
}
