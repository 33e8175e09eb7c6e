//! Threads: spawn, join, scope, park, and the destructors of thread-locals.

use crate::pair::{Plain, assert_race, in_turn, meeting, no_edge};
use fidge::thread::{self, Builder};
use fidge::{Kind, Report};
use std::cell::RefCell;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

#[track_caller]
fn assert_clean(report: &Report) {
    assert!(report.is_clean(), "{report}");
}

/// Waits for a thread without an edge.
fn wait_for<T>(handle: &thread::JoinHandle<T>) {
    while !handle.is_finished() {
        std::thread::yield_now();
    }
}

#[test]
fn what_is_before_a_spawn_is_before_the_thread() {
    assert_clean(&fidge::check(|| {
        let cell = Arc::new(Plain::default());
        cell.write();
        let theirs = Arc::clone(&cell);
        let spawned = thread::spawn(move || theirs.write());
        spawned.join().unwrap();
        cell.write();
        let theirs = Arc::clone(&cell);
        let built = Builder::new().spawn(move || theirs.write()).unwrap();
        built.join().unwrap();
        cell.write();
    }));
}

#[test]
fn what_is_after_a_spawn_is_not_ordered_with_the_thread() {
    let report = fidge::check(|| {
        let cell = Arc::new(Plain::default());
        let theirs = Arc::clone(&cell);
        let spawned = thread::spawn(move || theirs.write());
        cell.write();
        spawned.join().unwrap();
    });
    let line = line!() - 3;
    assert_race(&report, Kind::DataRace, file!(), [line - 1, line]);
}

#[test]
fn that_a_thread_has_finished_orders_nothing_until_it_is_joined() {
    let report = fidge::check(|| {
        let cell = Arc::new(Plain::default());
        let theirs = Arc::clone(&cell);
        let spawned = thread::spawn(move || theirs.write());
        wait_for(&spawned);
        cell.write();
        spawned.join().unwrap();
    });
    let line = line!() - 3;
    assert_race(&report, Kind::DataRace, file!(), [line - 2, line]);
}

#[test]
fn a_thread_that_is_detached_is_not_ordered() {
    let report = fidge::check(|| {
        let (cell, (signal, wait)) = (Arc::new(Plain::default()), mpsc::channel());
        let theirs = Arc::clone(&cell);
        drop(thread::spawn(move || {
            theirs.write();
            signal.send(()).unwrap();
        }));
        wait.recv().unwrap();
        cell.write();
    });
    let line = line!() - 2;
    assert_race(&report, Kind::DataRace, file!(), [line - 4, line]);
}

#[test]
fn the_end_of_a_scope_is_after_its_threads() {
    assert_clean(&fidge::check(|| {
        let cell = Plain::default();
        cell.write();
        thread::scope(|scope| _ = scope.spawn(|| cell.write()));
        cell.write();
        thread::scope(|scope| {
            scope.spawn(|| cell.write()).join().unwrap();
            cell.write();
            let spawn = || Builder::new().spawn_scoped(scope, || cell.write());
            spawn().unwrap().join().unwrap();
            spawn().unwrap();
        });
        cell.write();
    }));
}

#[test]
fn the_inside_of_a_scope_is_not_after_its_threads() {
    let report = fidge::check(|| {
        let cell = Plain::default();
        thread::scope(|scope| {
            scope.spawn(|| cell.write());
            cell.write();
        });
    });
    let line = line!() - 3;
    assert_race(&report, Kind::DataRace, file!(), [line - 1, line]);
}

#[test]
fn siblings_are_not_ordered() {
    no_edge(|| (), |()| (), |()| ());
}

#[test]
fn a_panic_of_a_thread_is_before_its_join() {
    assert_clean(&fidge::check(|| {
        let cell = Arc::new(Plain::default());
        let theirs = Arc::clone(&cell);
        let panics = move || {
            theirs.write();
            std::panic::resume_unwind(Box::new("panics"));
        };
        assert!(thread::spawn(panics).join().is_err());
        cell.write();
    }));
}

/// The thread that parks, once it is there.
type Parked = OnceLock<thread::Thread>;

fn unpark(parked: &Parked) {
    parked.wait().unpark();
}

#[test]
fn an_unpark_is_before_the_end_of_the_park() {
    // A park may end for no reason, but not before there was an unpark where one is waited for.
    meeting(
        <(Parked, unseen::Flag)>::default,
        |(parked, flag)| {
            unpark(parked);
            flag.set();
        },
        |(parked, flag)| {
            parked.set(thread::current()).unwrap();
            flag.wait();
            thread::park();
        },
    );
    meeting(
        <(Parked, unseen::Flag)>::default,
        |(parked, flag)| {
            unpark(parked);
            flag.set();
        },
        |(parked, flag)| {
            parked.set(thread::current()).unwrap();
            flag.wait();
            thread::park_timeout(Duration::from_secs(3600));
        },
    );
}

/// A flag that Fidge does not see.
mod unseen {
    use std::sync::atomic::{AtomicBool, Ordering};

    #[derive(Default)]
    pub struct Flag(AtomicBool);

    impl Flag {
        pub fn set(&self) {
            self.0.store(true, Ordering::Release);
        }

        pub fn wait(&self) {
            while !self.0.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
        }
    }
}

#[test]
fn an_unpark_of_another_thread_orders_nothing() {
    no_edge(
        || (),
        |()| thread::current().unpark(),
        |()| thread::park_timeout(Duration::ZERO),
    );
}

/// Writes its cell, and says so, when its thread's thread-locals are destroyed.
struct AtExit(Arc<Plain>, mpsc::Sender<()>);

const AT_THE_EXIT: u32 = line!() + 4;

impl Drop for AtExit {
    fn drop(&mut self) {
        self.0.write();
        self.1.send(()).unwrap();
    }
}

thread_local! {
    static AT_EXIT: RefCell<Option<AtExit>> = const { RefCell::new(None) };
}

#[test]
fn a_join_is_after_the_destructors_of_thread_locals() {
    assert_clean(&fidge::check(|| {
        let cell = Arc::new(Plain::default());
        let (done, _wait) = mpsc::channel();
        let at_exit = AtExit(Arc::clone(&cell), done);
        thread::spawn(move || AT_EXIT.set(Some(at_exit)))
            .join()
            .unwrap();
        cell.write();
    }));
}

#[test]
fn the_end_of_a_scope_is_not_after_the_destructors_of_thread_locals() {
    let report = fidge::check(|| {
        let cell = Arc::new(Plain::default());
        let (done, wait) = mpsc::channel();
        let at_exit = AtExit(Arc::clone(&cell), done);
        thread::scope(|scope| _ = scope.spawn(move || AT_EXIT.set(Some(at_exit))));
        wait.recv().unwrap();
        cell.write();
    });
    let line = line!() - 2;
    assert_race(&report, Kind::DataRace, file!(), [AT_THE_EXIT, line]);
}

#[test]
fn strands_that_were_forked_by_strands_keep_their_past() {
    assert_clean(&fidge::check(|| {
        let (cell, other) = (Plain::default(), Plain::default());
        cell.write();
        in_turn(
            || thread::scope(|scope| _ = scope.spawn(|| cell.write())),
            || thread::scope(|scope| _ = scope.spawn(|| other.write())),
        );
        cell.write();
        other.write();
    }));
}
