//! Accesses in a signal handler.

use fidge::sync::atomic::{AtomicU64, Ordering};
use fidge::thread;
use fidge_tests::{Shared, Turns};
use std::env::args;
use std::sync::atomic::AtomicBool;

static CELL: Shared = Shared::new();
static COUNT: AtomicU64 = AtomicU64::new(0);
static TURNS: Turns = Turns::new();

extern "C" fn handle(_: libc::c_int) {
    CELL.set(3);
    COUNT.fetch_add(1, Ordering::Relaxed);
}

fn main() {
    let handler = handle as extern "C" fn(libc::c_int) as libc::sighandler_t;
    // SAFETY: the handler only does what is safe in one: atomics and plain stores.
    let before = unsafe { libc::signal(libc::SIGUSR1, handler) };
    assert_ne!(before, libc::SIG_ERR);
    match args().nth(1).as_deref() {
        // The engine is not at work: the handler's accesses are the interrupted strand's.
        Some("idle") => {
            CELL.set(1);
            // SAFETY: the signal is handled.
            unsafe { libc::raise(libc::SIGUSR1) };
            assert_eq!((CELL.get(), COUNT.load(Ordering::Relaxed)), (3, 1));
        }
        Some("racing") => {
            let thread = thread::spawn(|| {
                CELL.set(1);
                TURNS.next();
            });
            TURNS.wait(1);
            // SAFETY: the signal is handled.
            unsafe { libc::raise(libc::SIGUSR1) };
            thread.join().unwrap();
        }
        // The engine is at work most of the time.
        Some("busy") => busy(),
        other => panic!("{other:?}"),
    }
    println!("done");
}

fn busy() {
    static OVER: AtomicBool = AtomicBool::new(false);
    // SAFETY: a getter.
    let main = unsafe { libc::pthread_self() };
    let sender = std::thread::spawn(move || {
        while !OVER.load(std::sync::atomic::Ordering::Relaxed) {
            // SAFETY: the main thread waits for this one, and handles the signal.
            unsafe { libc::pthread_kill(main, libc::SIGUSR1) };
            std::thread::yield_now();
        }
    });
    let mut done = 0;
    let mine = AtomicU64::new(0);
    while done < 200_000 || COUNT.load(Ordering::Relaxed) < 2_000 {
        mine.fetch_add(1, Ordering::AcqRel);
        CELL.set(1);
        done += 1;
    }
    OVER.store(true, std::sync::atomic::Ordering::Relaxed);
    sender.join().unwrap();
    assert_eq!(mine.into_inner(), done);
}
