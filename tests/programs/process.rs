//! Whole-process mode: what it is asked to do happens outside of any session. The second argument is
//! the code it exits with.

use fidge::sync::Mutex;
use fidge::thread;
use fidge_tests::{Shared, Turns};
use std::env::args;
use std::process::exit;

static CELLS: [Shared; 6] = [const { Shared::new() }; 6];
static TURNS: Turns = Turns::new();

fn main() {
    println!("begun");
    match args().nth(1).as_deref() {
        Some("clean") => clean(),
        Some("race") => race(&[write_0], 1),
        Some("repeat") => race(&[write_0], 3),
        Some("many") => race(&[write_0, write_1, write_2], 2),
        other => panic!("{other:?}"),
    }
    println!("done");
    exit(args().nth(2).map_or(0, |code| code.parse().unwrap()));
}

fn clean() {
    static COUNT: Mutex<u64> = Mutex::new(0);
    let threads: Vec<_> = (0..4)
        .map(|_| thread::spawn(|| (0..100).for_each(|_| *COUNT.lock().unwrap() += 1)))
        .collect();
    for thread in threads {
        thread.join().unwrap();
    }
    assert_eq!(*COUNT.lock().unwrap(), 400);
}

fn write_0(cell: &Shared) {
    cell.set(10);
}

fn write_1(cell: &Shared) {
    cell.set(11);
}

fn write_2(cell: &Shared) {
    cell.set(12);
}

/// Each place of `writes` races on `each` cells of its own.
fn race(writes: &'static [fn(&Shared)], each: usize) {
    let thread = thread::spawn(move || {
        CELLS.iter().for_each(|cell| cell.set(1));
        TURNS.next();
    });
    TURNS.wait(1);
    for (index, write) in writes.iter().enumerate() {
        CELLS[index * each..][..each].iter().for_each(write);
    }
    thread.join().unwrap();
}
