//! Accesses in a panic: in the hook and in what is dropped while the stack unwinds.

use fidge::sync::Mutex;
use fidge::thread;
use fidge_tests::{Shared, Turns};
use std::env::args;
use std::panic::{catch_unwind, set_hook};

static HOOK: Mutex<Vec<String>> = Mutex::new(Vec::new());
static POISONED: Mutex<u32> = Mutex::new(0);
static CELL: Shared = Shared::new();
static TURNS: Turns = Turns::new();

struct Unwound;

impl Drop for Unwound {
    fn drop(&mut self) {
        assert!(thread::panicking());
        CELL.set(CELL.get() + 1);
        TURNS.next();
    }
}

fn fall() {
    let _unwound = Unwound;
    let _guard = POISONED
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    panic!("on purpose");
}

fn main() {
    set_hook(Box::new(|panic| {
        let text = panic.payload().downcast_ref::<&str>().unwrap().to_string();
        HOOK.lock().unwrap().push(text);
    }));
    assert!(catch_unwind(fall).is_err());
    let thread = thread::spawn(fall);
    if args().nth(1).as_deref() == Some("racing") {
        TURNS.wait(2);
        CELL.set(9);
    }
    assert_eq!(
        *thread.join().unwrap_err().downcast::<&str>().unwrap(),
        "on purpose"
    );
    assert!(POISONED.is_poisoned());
    println!("{} {:?}", CELL.get(), HOOK.lock().unwrap());
}
