//! Accesses before `main` and after it.

use fidge::sync::Mutex;
use fidge::thread;
use fidge_tests::{Shared, Turns};
use std::env::var;

static BEFORE: Shared = Shared::new();
static AFTER: Shared = Shared::new();
static LOCK: Mutex<u32> = Mutex::new(0);
static TURNS: Turns = Turns::new();

#[used]
#[unsafe(link_section = ".init_array")]
static INIT: extern "C" fn() = before_main;

fn racing(when: &str) -> bool {
    var("RACING").is_ok_and(|racing| racing == when)
}

extern "C" fn before_main() {
    *LOCK.lock().unwrap() += 1;
    let thread = thread::spawn(|| {
        BEFORE.set(1);
        TURNS.next();
    });
    if racing("before") {
        TURNS.wait(1);
        BEFORE.set(2);
    }
    thread.join().unwrap();
}

extern "C" fn after_main() {
    *LOCK.lock().unwrap() += 1;
    if racing("after") {
        AFTER.set(AFTER.get() + 1);
    }
    assert_eq!(*LOCK.lock().unwrap(), 3);
}

unsafe extern "C" {
    fn atexit(f: extern "C" fn()) -> core::ffi::c_int;
}

fn main() {
    // SAFETY: a plain function.
    assert_eq!(unsafe { atexit(after_main) }, 0);
    *LOCK.lock().unwrap() += 1;
    assert!(BEFORE.get() > 0);
    thread::spawn(|| {
        AFTER.set(1);
        TURNS.next();
    });
    TURNS.wait(2);
    println!("done");
}
