//! A detached thread outlives its session and races afterwards.

use fidge::thread;
use fidge_tests::{Shared, Turns};

static CELL: Shared = Shared::new();
static TURNS: Turns = Turns::new();

fn main() {
    let report = fidge::check(|| {
        thread::spawn(|| {
            TURNS.wait(1);
            CELL.set(2);
            TURNS.next();
        });
    });
    println!("{report}");
    CELL.set(1);
    TURNS.next();
    TURNS.wait(2);
}
