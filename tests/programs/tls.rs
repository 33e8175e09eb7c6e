//! Accesses from thread-local destructors, the last ones included.

use fidge::sync::Mutex;
use fidge::thread;
use fidge_tests::{Shared, Turns};
use std::env::args;
use std::ptr::{null_mut, without_provenance};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

static CELL: Shared = Shared::new();
static TURNS: Turns = Turns::new();

/// Writes when its thread is gone.
struct Last;

impl Drop for Last {
    fn drop(&mut self) {
        CELL.set(CELL.get() + 1);
        TURNS.next();
    }
}

thread_local!(static LAST: Last = const { Last });

/// Writes in each round of the thread-specific destructors.
static KEY: AtomicU32 = AtomicU32::new(0);
static ROUNDS: AtomicUsize = AtomicUsize::new(0);
static LOCK: Mutex<u32> = Mutex::new(0);

unsafe extern "C" fn in_each_round(_: *mut libc::c_void) {
    ROUNDS.fetch_add(1, Ordering::Relaxed);
    CELL.set(CELL.get() + 1);
    *LOCK.lock().unwrap() += 1;
    arm();
}

fn arm() {
    let key = KEY.load(Ordering::Relaxed);
    // SAFETY: `main` made the key; the value is a mark and never dereferenced.
    unsafe { libc::pthread_setspecific(key, without_provenance(1)) };
}

fn main() {
    match args().nth(1).as_deref() {
        Some("joined") => {
            thread::spawn(|| LAST.with(|_| ())).join().unwrap();
            assert_eq!(CELL.get(), 1);
        }
        Some("joined-std") => {
            std::thread::spawn(|| LAST.with(|_| ())).join().unwrap();
            assert_eq!(CELL.get(), 1);
        }
        Some("racing") => {
            let thread = thread::spawn(|| LAST.with(|_| ()));
            TURNS.wait(1);
            CELL.set(2);
            thread.join().unwrap();
        }
        Some("rounds") => {
            let mut key = 0;
            // SAFETY: `key` is ours to write.
            let made = unsafe { libc::pthread_key_create(&mut key, Some(in_each_round)) };
            assert_eq!(made, 0);
            KEY.store(key, Ordering::Relaxed);
            for spawned in 1..=20 {
                let before = CELL.get();
                if spawned % 2 == 0 {
                    thread::spawn(arm).join().unwrap();
                } else {
                    // Fidge sees this thread for the first time in the first round.
                    std::thread::spawn(arm).join().unwrap();
                }
                assert!(CELL.get() > before);
            }
            assert_eq!(CELL.get(), ROUNDS.load(Ordering::Relaxed) as u64);
            assert_eq!(CELL.get(), u64::from(*LOCK.lock().unwrap()));
            // SAFETY: the main thread's own value.
            unsafe { libc::pthread_setspecific(key, null_mut()) };
        }
        Some("main") => {
            LAST.with(|_| ());
            let thread = std::mem::ManuallyDrop::new(thread::spawn(|| {
                CELL.set(7);
                TURNS.next();
            }));
            TURNS.wait(1);
            let _unjoined = thread;
        }
        other => panic!("{other:?}"),
    }
    println!("done");
}
