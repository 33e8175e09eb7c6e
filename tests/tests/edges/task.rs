//! Tracked tasks, polled by hand on one thread: by the clock everything is in turn.

use crate::pair::{Plain, assert_race};
use fidge::task::{Context, Poll, Waker, track};
use fidge::{Kind, Report};
use std::future::{pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Mutex;

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

fn finish<F: Future>(future: Pin<&mut F>) {
    assert!(poll(future).is_ready());
}

/// Pending at the first poll, when it leaves its waker, and ready at the second.
fn wait_for(waker: &Mutex<Option<Waker>>) -> impl Future<Output = ()> {
    let mut asked = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut asked, true) {
            return Poll::Ready(());
        }
        *waker.lock().unwrap() = Some(cx.waker().clone());
        Poll::Pending
    })
}

#[track_caller]
fn assert_clean(report: &Report) {
    assert!(report.is_clean(), "{report}");
}

#[test]
fn two_tasks_on_one_thread_are_not_ordered() {
    let report = fidge::check(|| {
        let cell = Plain::default();
        let one = pin!(track(async { cell.write() }));
        let other = pin!(track(async { cell.write() }));
        finish(one);
        finish(other);
    });
    let line = line!() - 5;
    assert_race(&report, Kind::DataRace, file!(), [line, line + 1]);
}

#[test]
fn untracked_ones_are_part_of_their_thread() {
    assert_clean(&fidge::check(|| {
        let cell = Plain::default();
        let one = pin!(async { cell.write() });
        let other = pin!(async { cell.write() });
        finish(one);
        finish(other);
    }));
}

#[test]
fn what_is_before_track_is_before_the_task() {
    assert_clean(&fidge::check(|| {
        let cell = Plain::default();
        cell.write();
        finish(pin!(track(async { cell.write() })));
    }));
}

#[test]
fn what_is_between_track_and_the_poll_is_not() {
    let report = fidge::check(|| {
        let cell = Plain::default();
        let task = pin!(track(async { cell.write() }));
        cell.write();
        finish(task);
    });
    let line = line!() - 4;
    assert_race(&report, Kind::DataRace, file!(), [line, line + 1]);
}

#[test]
fn the_end_of_a_task_is_before_who_polled_it_to_the_end() {
    assert_clean(&fidge::check(|| {
        let cell = Plain::default();
        finish(pin!(track(async { cell.write() })));
        cell.write();
        let outer = async {
            track(async { cell.write() }).await;
            cell.write();
        };
        finish(pin!(track(outer)));
        cell.write();
    }));
}

#[test]
fn a_poll_that_is_pending_orders_nothing() {
    let report = fidge::check(|| {
        let cell = Plain::default();
        let mut task = pin!(track(async {
            cell.write();
            pending::<()>().await;
        }));
        assert!(poll(task.as_mut()).is_pending());
        cell.write();
    });
    let line = line!() - 5;
    assert_race(&report, Kind::DataRace, file!(), [line - 1, line + 3]);
}

#[test]
fn a_wake_is_before_the_next_poll() {
    assert_clean(&fidge::check(|| {
        let (cell, waker) = (Plain::default(), Mutex::default());
        let mut sleeps = pin!(track(async {
            wait_for(&waker).await;
            cell.write();
        }));
        assert!(poll(sleeps.as_mut()).is_pending());
        finish(pin!(track(async {
            cell.write();
            waker.lock().unwrap().take().unwrap().wake();
        })));
        finish(sleeps);
    }));
}

#[test]
fn a_poll_without_a_wake_is_not_ordered() {
    let report = fidge::check(|| {
        let (cell, waker) = (Plain::default(), Mutex::default());
        let mut sleeps = pin!(track(async {
            wait_for(&waker).await;
            cell.write();
        }));
        assert!(poll(sleeps.as_mut()).is_pending());
        finish(pin!(track(async {
            waker.lock().unwrap().take().unwrap().wake();
            cell.write();
        })));
        finish(sleeps);
    });
    let line = line!() - 9;
    assert_race(&report, Kind::DataRace, file!(), [line, line + 5]);
}

#[test]
fn what_is_before_the_drop_of_a_task_is_before_its_destructors() {
    struct OnDrop<'a>(&'a Plain);
    impl Drop for OnDrop<'_> {
        fn drop(&mut self) {
            self.0.write();
        }
    }
    assert_clean(&fidge::check(|| {
        let cell = Plain::default();
        let held = OnDrop(&cell);
        let mut task = Box::pin(track(async move {
            let _held = held;
            pending::<()>().await;
        }));
        assert!(poll(task.as_mut()).is_pending());
        cell.write();
        drop(task);
        cell.write();
    }));
}
