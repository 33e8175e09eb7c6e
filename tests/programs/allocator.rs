//! A global allocator that counts with Fidge's atomics, and so enters the engine from wherever the
//! program, std or a report allocates.

use fidge::sync::atomic::{AtomicUsize, Ordering};
use fidge::thread;
use fidge_tests::{Shared, Turns};
use std::alloc::{GlobalAlloc, Layout, System};
use std::env::args;

struct Counting {
    live: AtomicUsize,
    calls: AtomicUsize,
}

// SAFETY: the system's, counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        self.live.fetch_add(layout.size(), Ordering::Relaxed);
        self.calls.fetch_add(1, Ordering::AcqRel);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        self.live.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting {
    live: AtomicUsize::new(0),
    calls: AtomicUsize::new(0),
};

static CELL: Shared = Shared::new();
static TURNS: Turns = Turns::new();

fn main() {
    let sums: Vec<usize> = (0..8)
        .map(|thread| {
            let work = move || (0..100).map(|n| vec![thread; n].len()).sum();
            if thread % 2 == 0 {
                thread::spawn(work).join().unwrap()
            } else {
                std::thread::spawn(work).join().unwrap()
            }
        })
        .collect();
    println!("{}", sums.iter().sum::<usize>());
    assert!(COUNTING.calls.load(Ordering::Relaxed) > 800);
    if args().nth(1).as_deref() == Some("racing") {
        // Nothing is allocated between the two: the allocator's count would order them.
        let thread = thread::spawn(|| {
            TURNS.wait(1);
            CELL.set(1);
            TURNS.next();
        });
        TURNS.next();
        TURNS.wait(2);
        CELL.set(2);
        thread.join().unwrap();
    }
}
