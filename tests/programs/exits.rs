//! `process::exit` while threads run, and out of a session.

use fidge::sync::Mutex;
use fidge::thread;
use fidge_tests::{Shared, Turns};
use std::env::args;
use std::process::exit;

static CELL: Shared = Shared::new();
static TURNS: Turns = Turns::new();
static COUNT: Mutex<u64> = Mutex::new(0);

fn race() {
    thread::spawn(|| {
        CELL.set(1);
        TURNS.next();
    });
    TURNS.wait(1);
    CELL.set(2);
}

fn main() {
    match args().nth(1).as_deref() {
        Some("running") => {
            for _ in 0..4 {
                thread::spawn(|| {
                    let cell = Shared::new();
                    TURNS.next();
                    loop {
                        *COUNT.lock().unwrap() += 1;
                        cell.set(cell.get() + 1);
                    }
                });
            }
            TURNS.wait(4);
        }
        Some("in-session") => {
            fidge::check(|| {
                race();
                println!("done");
                exit(3);
            });
        }
        // A thread never lets go of standard error.
        Some("stderr-locked") => {
            race();
            std::thread::spawn(|| {
                let _held = std::io::stderr().lock();
                TURNS.next();
                loop {
                    std::thread::park();
                }
            });
            TURNS.wait(2);
        }
        other => panic!("{other:?}"),
    }
    println!("done");
    exit(3);
}
