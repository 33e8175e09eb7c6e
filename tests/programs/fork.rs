//! `fork`, in parent and child.

use fidge::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use fidge::sync::{Arc, Mutex};
use fidge::thread;
use fidge_tests::{Shared, Turns};
use std::env::args;
use std::pin::pin;
use std::process::exit;
use std::task::{Context, Poll, Waker};

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

/// Runs `body` as a strand that needs no thread of its own: std takes locks to start one, which a
/// thread that is lost in a `fork` may have held.
fn strand(body: impl FnOnce()) {
    let task = pin!(fidge::task::track(async { body() }));
    let polled = task.poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(polled, Poll::Ready(()));
}

/// Forks while other threads are in the engine: some hold its locks at that moment.
fn hammer() {
    let end = AtomicBool::new(false);
    let count = Mutex::new(0);
    let sum = AtomicU64::new(0);
    let work = || {
        while !end.load(Ordering::Relaxed) {
            *count.lock().unwrap() += 1;
            sum.fetch_add(1, Ordering::AcqRel);
            let own = Shared::new();
            own.set(sum.fetch_add(1, Ordering::Relaxed));
        }
    };
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(work);
        }
        for _ in 0..200 {
            let code = fork(|| {
                // What the lost threads had in hand as well as what is new.
                sum.fetch_add(1, Ordering::AcqRel);
                let own = Mutex::new(0);
                strand(|| *own.lock().unwrap() += 1);
                strand(|| strand(|| *own.lock().unwrap() += 1));
                CELL.set(1);
                own.into_inner().unwrap()
            });
            assert_eq!(code, 2);
        }
        end.store(true, Ordering::Relaxed);
    });
    println!("done");
}
