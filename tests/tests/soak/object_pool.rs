//! A pool of buffers that are reused, with cells inside that only the holder touches.

use fidge::cell::UnsafeCell;
use fidge::sync::Mutex;
use fidge::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use fidge::thread;

struct Buffer(Box<UnsafeCell<Vec<u8>>>);

// SAFETY: one thread has a buffer at a time.
unsafe impl Send for Buffer {}

#[derive(Default)]
struct Pool {
    free: Mutex<Vec<Buffer>>,
    made: AtomicUsize,
}

impl Pool {
    fn with<R>(&self, f: impl FnOnce(&mut Vec<u8>) -> R) -> R {
        let pooled = self.free.lock().unwrap().pop();
        let buffer = pooled.unwrap_or_else(|| {
            self.made.fetch_add(1, Relaxed);
            Buffer(Box::new(UnsafeCell::new(Vec::new())))
        });
        let result = buffer.0.with_mut(|bytes| {
            // SAFETY: the buffer is ours until it goes back.
            let bytes = unsafe { &mut *bytes };
            bytes.clear();
            f(bytes)
        });
        self.free.lock().unwrap().push(buffer);
        result
    }
}

#[test]
fn a_buffer_has_one_user_at_a_time() {
    crate::soak(|| {
        let pool = Pool::default();
        thread::scope(|s| {
            for worker in 0..3_u8 {
                let pool = &pool;
                s.spawn(move || {
                    for _ in 0..40 {
                        let sum: u32 = pool.with(|bytes| {
                            bytes.extend([worker; 10]);
                            thread::yield_now();
                            bytes.iter().map(|&byte| u32::from(byte)).sum()
                        });
                        assert_eq!(sum, u32::from(worker) * 10);
                    }
                });
            }
        });
        let free = pool.free.into_inner().unwrap();
        assert_eq!(free.len(), pool.made.into_inner());
        assert!((1..=3).contains(&free.len()));
    });
}
