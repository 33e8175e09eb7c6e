//! `fidge::thread` is `std::thread`, in both feature states.
#![allow(deprecated)]
#![allow(clippy::type_complexity)] // the types are the test

use fidge::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use fidge::thread::{
    self, AccessError, Builder, JoinHandle, LocalKey, Scope, ScopedJoinHandle, Thread, ThreadId,
};
use std::cell::RefCell;
use std::fmt::Debug;
use std::io;
use std::num::NonZero;
use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

type Body = fn() -> u8;

#[test]
fn every_stable_function_is_there() {
    let _: fn(Body) -> JoinHandle<u8> = thread::spawn;
    let _: fn() -> Thread = thread::current;
    let _: fn() = thread::park;
    let _: fn(Duration) = thread::park_timeout;
    let _: fn(u32) = thread::park_timeout_ms;
    let _: fn(Duration) = thread::sleep;
    let _: fn(u32) = thread::sleep_ms;
    let _: fn() = thread::yield_now;
    let _: fn() -> bool = thread::panicking;
    let _: fn() -> io::Result<NonZero<usize>> = thread::available_parallelism;

    let _: fn() -> Builder = Builder::new;
    let _: fn(Builder, String) -> Builder = Builder::name;
    let _: fn(Builder, usize) -> Builder = Builder::stack_size;
    let _: fn(Builder, Body) -> io::Result<JoinHandle<u8>> = Builder::spawn;
    let _: unsafe fn(Builder, Body) -> io::Result<JoinHandle<u8>> = Builder::spawn_unchecked;

    let _: fn(&JoinHandle<u8>) -> &Thread = JoinHandle::thread;
    let _: fn(JoinHandle<u8>) -> thread::Result<u8> = JoinHandle::join;
    let _: fn(&JoinHandle<u8>) -> bool = JoinHandle::is_finished;

    let _: fn(&Thread) = Thread::unpark;
    let _: fn(&Thread) -> ThreadId = Thread::id;
    let _: fn(&Thread) -> Option<&str> = Thread::name;

    let _: fn(&'static LocalKey<u8>, fn(&u8) -> u8) -> Result<u8, AccessError> = LocalKey::try_with;

    #[allow(dead_code, clippy::extra_unused_lifetimes)]
    fn scoped<'scope, 'env: 'scope>() {
        type Handle<'scope> = ScopedJoinHandle<'scope, u8>;
        let _: fn(fn(&Scope<'_, 'env>) -> u8) -> u8 = thread::scope;
        let _: fn(&'scope Scope<'scope, 'env>, Body) -> Handle<'scope> = Scope::spawn;
        let _: fn(Builder, &'scope Scope<'scope, 'env>, Body) -> io::Result<Handle<'scope>> =
            Builder::spawn_scoped;
        let _: for<'a> fn(&'a Handle<'scope>) -> &'a Thread = ScopedJoinHandle::thread;
        let _: fn(Handle<'scope>) -> thread::Result<u8> = ScopedJoinHandle::join;
        let _: fn(&Handle<'scope>) -> bool = ScopedJoinHandle::is_finished;
    }
}

#[test]
fn the_types_may_go_where_stds_go() {
    fn anywhere<T: Send + Sync + Debug>() {}
    fn through_panics<T: UnwindSafe + RefUnwindSafe>() {}
    anywhere::<Builder>();
    anywhere::<JoinHandle<RefCell<u8>>>();
    anywhere::<Scope<'static, 'static>>();
    anywhere::<ScopedJoinHandle<'static, RefCell<u8>>>();
    anywhere::<Thread>();
    through_panics::<Thread>();
    through_panics::<Builder>();
}

#[test]
fn they_print_as_stds() {
    let builder = Builder::new().name("b".into()).stack_size(1 << 20);
    let stds = std::thread::Builder::new()
        .name("b".into())
        .stack_size(1 << 20);
    assert_eq!(format!("{builder:?}"), format!("{stds:?}"));
    assert_eq!(
        format!("{:?}", thread::current()),
        format!("{:?}", std::thread::current())
    );
    let handle = thread::spawn(|| ());
    assert_eq!(format!("{handle:?}"), "JoinHandle { .. }");
    handle.join().unwrap();
    thread::scope(|scope| {
        let handle = scope.spawn(|| ());
        assert_eq!(format!("{handle:?}"), "ScopedJoinHandle { .. }");
        assert!(format!("{scope:?}").starts_with("Scope { num_running_threads: "));
    });
}

/// The message of a caught panic.
fn message<T>(result: thread::Result<T>) -> String {
    let Err(payload) = result else {
        panic!("should have panicked")
    };
    match payload.downcast::<String>() {
        Ok(owned) => *owned,
        Err(other) => other.downcast::<&str>().expect("a text").to_string(),
    }
}

#[test]
fn join_returns_what_the_thread_did_or_its_panic() {
    assert_eq!(thread::spawn(|| 7).join().unwrap(), 7);
    assert_eq!(
        message(thread::spawn(|| -> u8 { panic!("no {}", 7) }).join()),
        "no 7"
    );
}

#[test]
fn a_handle_names_its_thread() {
    let builder = Builder::new().name("worker".into());
    let handle = builder.spawn(|| {
        (
            thread::current().id(),
            thread::current().name().map(String::from),
        )
    });
    let handle = handle.unwrap();
    let (id, name) = (
        handle.thread().id(),
        handle.thread().name().map(String::from),
    );
    assert_eq!(name.as_deref(), Some("worker"));
    assert_eq!(handle.join().unwrap(), (id, name));
}

#[test]
fn a_finished_thread_says_so() {
    let handle = thread::spawn(|| ());
    while !handle.is_finished() {
        thread::yield_now();
    }
    handle.join().unwrap();
    thread::scope(|scope| {
        let (send, receive) = mpsc::channel::<()>();
        let handle = scope.spawn(move || receive.recv().is_ok());
        assert!(!handle.is_finished());
        send.send(()).unwrap();
        assert!(handle.join().unwrap());
    });
}

#[test]
fn a_name_with_a_null_byte_panics_with_stds_words() {
    let named = || String::from("a\0b");
    let ours = catch_unwind(|| drop(Builder::new().name(named()).spawn(|| ())));
    let stds = catch_unwind(|| drop(std::thread::Builder::new().name(named()).spawn(|| ())));
    assert_eq!(message(ours), message(stds));
    thread::spawn(|| ()).join().unwrap();
}

#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
#[test]
fn a_thread_that_cannot_be_made_is_an_error_and_no_more() {
    let too_large = || Builder::new().stack_size(1 << 47);
    let held = Arc::new(());
    let captured = Arc::clone(&held);
    assert!(too_large().spawn(move || drop(captured)).is_err());
    assert_eq!(Arc::strong_count(&held), 1);
    thread::scope(|scope| {
        let captured = Arc::clone(&held);
        assert!(
            too_large()
                .spawn_scoped(scope, move || drop(captured))
                .is_err()
        );
        assert_eq!(Arc::strong_count(&held), 1);
        scope.spawn(|| ());
    });
    thread::spawn(|| ()).join().unwrap();
}

#[test]
fn spawn_unchecked_borrows() {
    let numbers = [1, 2, 3];
    // SAFETY: joined below, before `numbers` ends.
    let handle = unsafe { Builder::new().spawn_unchecked(|| numbers.iter().sum::<i32>()) };
    assert_eq!(handle.unwrap().join().unwrap(), 6);
}

#[cfg(unix)]
#[test]
fn a_handle_has_a_pthread() {
    use std::os::unix::thread::JoinHandleExt;
    let handle = thread::spawn(|| ());
    assert_ne!(handle.as_pthread_t(), 0);
    handle.join().unwrap();
}

#[test]
fn a_scope_waits_for_threads_that_nobody_joined() {
    let mut numbers = vec![0; 4];
    let returned = thread::scope(|scope| {
        for number in &mut numbers {
            scope.spawn(|| *number += 1);
        }
        "returned"
    });
    assert_eq!((returned, numbers), ("returned", vec![1; 4]));
}

#[test]
fn a_scoped_thread_spawns_into_its_scope() {
    let count = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            scope.spawn(|| count.fetch_add(1, Ordering::Relaxed));
            scope
                .spawn(|| count.fetch_add(1, Ordering::Relaxed))
                .join()
                .unwrap();
        });
    });
    assert_eq!(count.into_inner(), 2);
}

#[test]
fn scopes_nest() {
    let sum = thread::scope(|outer| {
        let inner = outer.spawn(|| {
            thread::scope(|inner| {
                let (one, two) = (inner.spawn(|| 1), inner.spawn(|| 2));
                one.join().unwrap() + two.join().unwrap()
            })
        });
        inner.join().unwrap()
    });
    assert_eq!(sum, 3);
}

#[test]
fn a_panic_that_nobody_joined_is_the_scopes_with_stds_words() {
    let finished = AtomicBool::new(false);
    let ours = catch_unwind(AssertUnwindSafe(|| {
        thread::scope(|scope| {
            scope.spawn(|| panic!("in the thread"));
            scope.spawn(|| finished.store(true, Ordering::Relaxed));
        });
    }));
    let stds = catch_unwind(|| {
        std::thread::scope(|scope| {
            scope.spawn(|| panic!("in the thread"));
        });
    });
    assert_eq!(message(ours), message(stds));
    assert!(finished.into_inner());
}

#[test]
fn a_panic_that_was_joined_is_the_joiners() {
    let returned = thread::scope(|scope| {
        let joined = scope.spawn(|| panic!("in the thread")).join();
        message::<()>(joined)
    });
    assert_eq!(returned, "in the thread");
}

#[test]
fn a_panic_of_the_scopes_own_comes_first_and_waits_too() {
    let finished = AtomicBool::new(false);
    let caught = catch_unwind(AssertUnwindSafe(|| {
        thread::scope(|scope| {
            let (send, receive) = mpsc::channel::<()>();
            scope.spawn(|| {
                // Until the scope's closure has unwound.
                let _ = receive.into_iter().next();
                finished.store(true, Ordering::Relaxed);
                panic!("in the thread");
            });
            let _kept = send;
            panic!("in the scope");
        })
    }));
    assert_eq!(message::<()>(caught), "in the scope");
    assert!(finished.into_inner());
}

#[test]
fn a_result_that_nobody_takes_is_dropped_before_the_scope_ends() {
    struct Pushes<'a>(&'a Mutex<Vec<u8>>, u8);
    impl Drop for Pushes<'_> {
        fn drop(&mut self) {
            self.0.lock().unwrap().push(self.1);
        }
    }
    let dropped = Mutex::new(Vec::new());
    thread::scope(|scope| {
        scope.spawn(|| Pushes(&dropped, 1));
        let taken = scope.spawn(|| Pushes(&dropped, 2)).join().unwrap();
        std::mem::forget(taken);
    });
    assert_eq!(dropped.into_inner().unwrap(), [1]);
}

#[test]
fn an_unpark_before_the_park_is_not_lost() {
    thread::current().unpark();
    thread::current().unpark();
    thread::park();
    // The token is gone, so this times out, or wakes for no reason.
    thread::park_timeout(Duration::ZERO);
    thread::park_timeout_ms(0);
}

#[test]
fn an_unpark_wakes_a_parked_thread_through_any_handle() {
    let ready = Arc::new(AtomicBool::new(false));
    let wait = |ready: Arc<AtomicBool>| {
        while !ready.load(Ordering::Acquire) {
            thread::park();
        }
    };
    // Through the handle of the spawn.
    let (flag, waited) = (Arc::clone(&ready), Arc::clone(&ready));
    let handle = thread::spawn(move || wait(waited));
    flag.store(true, Ordering::Release);
    handle.thread().unpark();
    handle.join().unwrap();
    // Through one that the thread made itself, of a thread that Fidge did not start.
    ready.store(false, Ordering::Relaxed);
    let (send, receive) = mpsc::channel();
    let waited = Arc::clone(&ready);
    let handle = std::thread::spawn(move || {
        send.send(thread::current()).unwrap();
        wait(waited);
    });
    let thread = receive.recv().unwrap();
    ready.store(true, Ordering::Release);
    thread.clone().unpark();
    handle.join().unwrap();
    thread.unpark(); // harmless when it is gone
}

#[test]
fn a_scoped_thread_is_unparked() {
    let ready = AtomicBool::new(false);
    thread::scope(|scope| {
        let handle = scope.spawn(|| {
            while !ready.load(Ordering::Acquire) {
                thread::park();
            }
        });
        ready.store(true, Ordering::Release);
        handle.thread().unpark();
    });
}

#[test]
fn thread_locals_may_park_and_unpark_when_they_are_destroyed() {
    struct Parks(mpsc::Sender<ThreadId>);
    impl Drop for Parks {
        fn drop(&mut self) {
            thread::current().unpark();
            thread::park();
            self.0.send(thread::current().id()).unwrap();
        }
    }
    fidge::thread_local! {
        static FIRST: RefCell<Option<Parks>> = const { RefCell::new(None) };
    }
    let (send, receive) = mpsc::channel();
    // Of a thread that had its first dealings with Fidge after its thread-locals.
    let handle = std::thread::spawn(move || {
        FIRST.set(Some(Parks(send)));
        thread::current().id()
    });
    let id = handle.join().unwrap();
    assert_eq!(receive.recv().unwrap(), id);
}
