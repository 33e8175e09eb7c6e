//! `fork`, in parent and child.

use fidge::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use fidge::sync::{Arc, Mutex};
use fidge::thread;
use fidge_tests::{Shared, Turns};
use std::env::args;
use std::process::exit;

static CELL: Shared = Shared::new();
static TURNS: Turns = Turns::new();

/// Runs `child` in a child process, which ends with its result, and returns how that was.
fn fork(child: impl FnOnce() -> i32) -> i32 {
    // SAFETY: the child calls nothing whose locks another thread may have held, but for the
    // allocator, which sees to that itself.
    let pid = unsafe { libc::fork() };
    assert!(pid >= 0);
    if pid == 0 {
        // Should the child hang, it ends all the same.
        // SAFETY: no handler is set: the signal kills.
        unsafe { libc::alarm(60) };
        exit(child());
    }
    let mut status = 0;
    // SAFETY: `status` is ours to write.
    assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
    if libc::WIFEXITED(status) {
        libc::WEXITSTATUS(status)
    } else {
        -libc::WTERMSIG(status)
    }
}

fn race() {
    let thread = thread::spawn(|| {
        CELL.set(1);
        TURNS.next();
    });
    TURNS.wait(1);
    CELL.set(2);
    thread.join().unwrap();
}

fn main() {
    match args().nth(1).as_deref() {
        Some("hammer") => hammer(),
        // The child's race is the child's to tell, and the parent's the parent's.
        Some("child-races") => println!(
            "{}",
            fork(|| {
                race();
                5
            })
        ),
        Some("parent-raced") => {
            race();
            println!("{}", fork(|| 5));
        }
        // The child has the only thread there is: what others did is its past.
        Some("past") => {
            let end = Arc::new(AtomicBool::new(false));
            let thread = thread::spawn({
                let end = Arc::clone(&end);
                move || {
                    CELL.set(1);
                    TURNS.next();
                    while !end.load(Ordering::Relaxed) {
                        thread::yield_now();
                    }
                }
            });
            TURNS.wait(1);
            println!(
                "{}",
                fork(|| {
                    CELL.set(CELL.get() + 1);
                    CELL.get() as i32
                })
            );
            end.store(true, Ordering::Relaxed);
            thread.join().unwrap();
        }
        other => panic!("{other:?}"),
    }
}

/// Forks while other threads are in the engine: some hold its locks at that moment.
fn hammer() {
    let end = Arc::new(AtomicBool::new(false));
    let count = Arc::new(Mutex::new(0));
    let sum = Arc::new(AtomicU64::new(0));
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (end, count, sum) = (Arc::clone(&end), Arc::clone(&count), Arc::clone(&sum));
            thread::spawn(move || {
                while !end.load(Ordering::Relaxed) {
                    *count.lock().unwrap() += 1;
                    sum.fetch_add(1, Ordering::AcqRel);
                    thread::spawn({
                        let sum = Arc::clone(&sum);
                        move || sum.fetch_add(1, Ordering::Relaxed)
                    })
                    .join()
                    .unwrap();
                }
            })
        })
        .collect();
    for _ in 0..200 {
        let sum = &sum;
        let code = fork(move || {
            // What the lost threads had in hand as well as what is new.
            sum.fetch_add(1, Ordering::AcqRel);
            let own = Arc::new(Mutex::new(0));
            let threads: Vec<_> = (0..2)
                .map(|_| {
                    let own = Arc::clone(&own);
                    thread::spawn(move || *own.lock().unwrap() += 1)
                })
                .collect();
            for thread in threads {
                thread.join().unwrap();
            }
            CELL.set(1);
            *own.lock().unwrap()
        });
        assert_eq!(code, 2);
    }
    end.store(true, Ordering::Relaxed);
    for thread in threads {
        thread.join().unwrap();
    }
    println!("done");
}
