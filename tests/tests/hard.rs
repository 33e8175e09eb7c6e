//! The hard places: where a detector is entered at a time that suits nobody.
#![cfg(feature = "detect")]

use fidge_tests::run::{command_run, run};
use fidge_tests::{Shared, Turns};
use std::pin::pin;
use std::process::Command;
use std::task::{Context, Poll, Waker};

const WRITE: &str = "UnsafeCell::with_mut";
const READ: &str = "UnsafeCell::with";

mod thread_local_destructors {
    use super::*;

    const PROGRAM: &str = env!("CARGO_BIN_EXE_tls");

    #[test]
    fn a_join_orders_them_whoever_spawned_the_thread() {
        for how in ["joined", "joined-std"] {
            run(PROGRAM, &[how], "")
                .exits(0)
                .prints("done\n")
                .is_silent();
        }
    }

    #[test]
    fn their_races_are_found() {
        run(PROGRAM, &["racing"], "").exits(66).found(WRITE, WRITE);
    }

    #[test]
    fn the_very_last_ones_are_ordered_by_join_as_well() {
        run(PROGRAM, &["rounds"], "")
            .exits(0)
            .prints("done\n")
            .is_silent();
    }

    #[test]
    fn the_main_threads_run_before_the_report_is_made() {
        run(PROGRAM, &["main"], "")
            .exits(66)
            .prints("done\n")
            .found(READ, WRITE);
    }
}

mod before_and_after_main {
    use super::*;

    /// `racing` is where it races.
    fn program(racing: &str) -> fidge_tests::run::Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_before_after"));
        command_run(command.env("RACING", racing).env("FIDGE_OPTIONS", ""))
    }

    #[test]
    fn an_ordered_program_is_clean() {
        program("").exits(0).prints("done\n").is_silent();
    }

    #[test]
    fn a_race_before_main_is_found() {
        program("before").exits(66).found(WRITE, WRITE);
    }

    #[test]
    fn a_race_in_an_exit_handler_is_found() {
        program("after")
            .exits(66)
            .prints("done\n")
            .found(READ, WRITE);
    }
}

mod signal_handlers {
    use super::*;

    const PROGRAM: &str = env!("CARGO_BIN_EXE_signal");

    #[test]
    fn what_they_do_is_the_interrupted_strands() {
        run(PROGRAM, &["idle"], "")
            .exits(0)
            .prints("done\n")
            .is_silent();
        run(PROGRAM, &["racing"], "").exits(66).found(WRITE, WRITE);
    }

    #[test]
    fn what_interrupts_the_engine_is_counted_and_told() {
        run(PROGRAM, &["busy"], "")
            .exits(0)
            .prints("done\n")
            .says_once("operations of signal handlers came while the detector was at work");
    }
}

mod panics {
    use super::*;

    const PROGRAM: &str = env!("CARGO_BIN_EXE_panics");

    #[test]
    fn the_hook_and_what_unwinding_drops_may_be_watched() {
        run(PROGRAM, &[], "")
            .exits(0)
            .prints("2 [\"on purpose\", \"on purpose\"]\n")
            .is_silent();
    }

    #[test]
    fn a_race_in_a_drop_while_unwinding_is_found() {
        run(PROGRAM, &["racing"], "").exits(66).found(WRITE, WRITE);
    }
}

mod forks {
    use super::*;

    const PROGRAM: &str = env!("CARGO_BIN_EXE_fork");

    #[test]
    fn locks_of_the_engine_that_lost_threads_hold_hinder_no_child() {
        run(PROGRAM, &["hammer"], "")
            .exits(0)
            .prints("done\n")
            .is_silent();
    }

    #[test]
    fn what_the_parents_threads_did_is_the_childs_past() {
        run(PROGRAM, &["past"], "")
            .exits(0)
            .prints("2\n")
            .is_silent();
    }

    #[test]
    fn each_process_tells_its_own_races() {
        run(PROGRAM, &["child-races"], "")
            .exits(0)
            .prints("66\n")
            .found(WRITE, WRITE);
        run(PROGRAM, &["parent-raced"], "")
            .exits(66)
            .prints("5\n")
            .found(WRITE, WRITE);
    }
}

mod exits {
    use super::*;

    const PROGRAM: &str = env!("CARGO_BIN_EXE_exits");

    #[test]
    fn running_threads_do_not_disturb_the_end_of_the_process() {
        for _ in 0..10 {
            run(PROGRAM, &["running"], "")
                .exits(3)
                .prints("done\n")
                .is_silent();
        }
    }

    #[test]
    fn a_session_that_the_exit_cuts_off_is_told_all_the_same() {
        run(PROGRAM, &["in-session"], "")
            .exits(66)
            .prints("done\n")
            .found(WRITE, WRITE);
    }

    #[test]
    fn the_report_does_not_wait_for_who_holds_standard_error() {
        run(PROGRAM, &["stderr-locked"], "")
            .exits(66)
            .prints("done\n")
            .found(WRITE, WRITE);
    }
}

mod two_thousand_live_threads {
    use super::*;

    const PROGRAM: &str = env!("CARGO_BIN_EXE_crowd");

    #[test]
    fn a_correct_crowd_is_clean() {
        run(PROGRAM, &[], "").exits(0).prints("2000\n").is_silent();
    }

    #[test]
    fn one_racing_pair_among_them_is_found() {
        run(PROGRAM, &["racing"], "")
            .exits(66)
            .prints("2000\n")
            .found(READ, WRITE)
            .says_once("race: `UnsafeCell::with` by thread 'one of many, 1400' is")
            .says_once("earlier `UnsafeCell::with_mut` by thread 'one of many, 700'\n");
    }
}

#[test]
fn a_thread_that_outlives_its_session_races_as_the_processs() {
    run(env!("CARGO_BIN_EXE_detached"), &[], "")
        .exits(66)
        .prints("fidge: no races\n\n")
        .found(WRITE, WRITE);
}

mod memory {
    use super::*;

    const PROGRAM: &str = env!("CARGO_BIN_EXE_ceiling");
    const RESULT: &str = "40000 200020001 true\n";

    #[test]
    fn at_the_ceiling_detection_stops_and_the_program_goes_on() {
        run(PROGRAM, &[], "memory_mb=1")
            .exits(4)
            .prints(RESULT)
            .says_only(
                "fidge: detector memory reached its ceiling of 1 MiB; detection stops here, the \
                 program goes on. Raise it with FIDGE_OPTIONS=memory_mb=N",
            );
        run(PROGRAM, &[], "").exits(4).prints(RESULT).is_silent();
    }

    /// The program's run in so many KiB of address space.
    #[cfg(target_os = "linux")]
    fn within(kilobytes: u32) -> fidge_tests::run::Run {
        let script = format!("ulimit -v {kilobytes}; exec \"$0\"");
        let mut command = Command::new("sh");
        command_run(
            command
                .args(["-c", &script, PROGRAM])
                .env("FIDGE_OPTIONS", ""),
        )
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_limited_address_space_is_shared_with_the_program() {
        within(2_000_000).exits(4).prints(RESULT).is_silent();
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn too_little_address_space_ends_detection_and_not_the_program() {
        within(300_000).exits(4).prints(RESULT).says_only(
            "fidge: the detector finds less than 128 MiB of address space for itself; nothing is \
             detected, the program goes on",
        );
    }
}

mod the_programs_allocator {
    use super::*;

    const PROGRAM: &str = env!("CARGO_BIN_EXE_allocator");

    #[test]
    fn it_may_enter_the_engine() {
        run(PROGRAM, &[], "").exits(0).prints("39600\n").is_silent();
        run(PROGRAM, &[], "stacks=unwind")
            .exits(0)
            .prints("39600\n")
            .is_silent();
    }

    #[test]
    fn it_may_enter_the_engine_while_a_report_is_made() {
        run(PROGRAM, &["racing"], "").exits(66).found(WRITE, WRITE);
    }
}

/// A race of the cell's own.
fn race(write: fn(&Shared)) {
    let (cell, turns) = (&Shared::new(), &Turns::new());
    fidge::thread::scope(|scope| {
        scope.spawn(|| {
            cell.set(1);
            turns.next();
        });
        turns.wait(1);
        write(cell);
    });
}

#[test]
fn sessions_side_by_side_see_their_own_races_only() {
    const EACH: usize = 20;
    let writes: [fn(&Shared); 3] = [|cell| cell.set(2), |cell| cell.set(3), |_| ()];
    let reports: Vec<_> = std::thread::scope(|scope| {
        let threads = writes.map(|write| {
            scope.spawn(move || (0..EACH).map(|_| fidge::check(|| race(write))).collect())
        });
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect::<Vec<Vec<_>>>()
    });
    let columns: Vec<Vec<_>> = reports
        .iter()
        .map(|reports| {
            let races = reports.iter().flat_map(|report| report.races());
            let places = races.map(|race| race.accesses()[1].location().unwrap().column());
            places.collect()
        })
        .collect();
    assert_eq!(
        columns.iter().map(Vec::len).collect::<Vec<_>>(),
        [EACH, EACH, 0]
    );
    assert!(columns[0].iter().all(|at| *at == columns[0][0]));
    assert!(columns[1].iter().all(|at| *at == columns[1][0]));
    assert_ne!(columns[0][0], columns[1][0]);
}

#[test]
fn a_task_that_is_the_first_thing_a_thread_does_stays_a_strand_of_its_own() {
    let (cell, turns) = (&Shared::new(), &Turns::new());
    let report = fidge::check(|| {
        let mut polled = false;
        let task = pin!(fidge::task::track(std::future::poll_fn(move |_| {
            if std::mem::replace(&mut polled, true) {
                cell.set(2);
                return Poll::Ready(());
            }
            Poll::Pending
        })));
        let task = std::sync::Mutex::new(task);
        let poll = || {
            let mut task = task.lock().unwrap();
            task.as_mut().poll(&mut Context::from_waker(Waker::noop()))
        };
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // Fidge knows nothing of this thread yet, and the write is not the task's.
                assert!(poll().is_pending());
                cell.set(1);
                turns.next();
                turns.wait(2);
            });
            turns.wait(1);
            assert!(poll().is_ready());
            turns.next();
        });
    });
    assert_eq!(report.races().len(), 1, "{report}");
}

#[test]
fn a_lock_given_back_by_another_thread_is_not_held_any_more() {
    use fidge::dashmap::DashMap;
    let map: &DashMap<i32, i32> = &DashMap::from_iter([(1, 1)]);
    let (cell, turns) = (&Shared::new(), &Turns::new());
    let report = fidge::check(|| {
        fidge::thread::scope(|scope| {
            let guard = map.get(&1).unwrap();
            scope.spawn(|| drop(guard)).join().unwrap();
            scope.spawn(|| {
                cell.set(1);
                turns.next();
            });
            turns.wait(1);
            cell.set(2);
        });
    });
    let [race] = report.races() else {
        panic!("{report}");
    };
    let locks = race.accesses().each_ref().map(|access| {
        let locks = access.locks().expect("known");
        locks.len()
    });
    assert_eq!(locks, [0, 0], "{report}");
}
