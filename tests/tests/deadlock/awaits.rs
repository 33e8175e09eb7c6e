//! Guards and locks that are held over an `.await`.

use crate::{alone, deadlock, only, panic_of};
use fidge::dashmap::DashMap;
use fidge::sync::{Mutex, RwLock};
use fidge::task::{Context, Poll, Waker, track};
use fidge::{Kind, Report, Severity};
use std::future::poll_fn;
use std::pin::pin;

/// Polls until it is ready.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

/// Polls both in turn until both are ready.
fn join(a: impl Future<Output = ()>, b: impl Future<Output = ()>) {
    let (mut a, mut b) = (pin!(a), pin!(b));
    let (mut a_done, mut b_done) = (false, false);
    block_on(poll_fn(|context| {
        a_done = a_done || a.as_mut().poll(context).is_ready();
        b_done = b_done || b.as_mut().poll(context).is_ready();
        if a_done && b_done {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }));
}

/// Pending that many times.
pub async fn pause(mut times: u32) {
    poll_fn(|_| {
        if times == 0 {
            return Poll::Ready(());
        }
        times -= 1;
        Poll::Pending
    })
    .await;
}

#[track_caller]
fn told(report: &Report, held: &str) {
    let race = only(report);
    assert_eq!(
        (race.kind(), race.severity()),
        (Kind::GuardAcrossAwait, Severity::Warning),
        "{report}"
    );
    let [a, b] = race.accesses();
    assert_eq!((a.op(), b.op()), (held, "task::track"), "{report}");
}

alone! {
    fn are_told_once_for_each_place() {
        let report = fidge::check(|| {
            let map = DashMap::new();
            map.insert(1, [0]);
            block_on(track(async {
                let _guard = map.get(&1);
                pause(3).await;
            }));
        });
        told(&report, "DashMap::get");
        let report = fidge::check(|| {
            let mutex = Mutex::new(0);
            block_on(track(async {
                let _held = mutex.lock();
                pause(1).await;
            }));
        });
        told(&report, "Mutex::lock");
        let report = fidge::check(|| {
            let map = DashMap::new();
            (0..4).for_each(|key| assert!(map.insert(key, [key]).is_none()));
            block_on(track(async {
                for _item in map.iter() {
                    pause(1).await;
                }
            }));
        });
        told(&report, "DashMap::iter");
    }
}

alone! {
    fn are_not_told_where_they_were_dropped_before() {
        let report = fidge::check(|| {
            let (map, mutex, lock) = (DashMap::new(), Mutex::new(0), RwLock::new(0));
            block_on(track(async {
                map.insert(1, [0]);
                let value = map.get(&1).map(|guard| *guard);
                pause(1).await;
                *mutex.lock().unwrap() += value.unwrap()[0];
                pause(1).await;
                drop(lock.read());
                drop(lock.write());
                pause(1).await;
                let _held = mutex.lock();
            }));
        });
        assert!(report.is_clean(), "{report}");
    }
}

alone! {
    /// Nobody polls the holder while its thread waits for it.
    fn deadlock_with_a_task_of_the_same_thread() {
        let mut message = None;
        let report = fidge::check(|| {
            let map = DashMap::new();
            map.insert(1, [0]);
            message = panic_of(|| {
                join(
                    track(async {
                        let _guard = map.get(&1);
                        pause(1).await;
                    }),
                    track(async {
                        map.insert(1, [1]);
                    }),
                );
            });
        });
        assert!(message.is_some());
        let [told, deadlock] = report.races() else { panic!("two are expected: {report}") };
        assert_eq!((told.kind(), deadlock.kind()), (Kind::GuardAcrossAwait, Kind::GuardDeadlock));
        let [a, b] = deadlock.accesses();
        assert_eq!((a.op(), b.op()), ("DashMap::get", "DashMap::insert"), "{report}");
        assert_ne!(a.strand().id(), b.strand().id());
    }
}

alone! {
    /// The holder goes on elsewhere, and lets go.
    fn do_not_deadlock_with_a_task_of_another_thread() {
        let report = fidge::check(|| {
            let map = DashMap::new();
            map.insert(1, [0]);
            let mut holder = Box::pin(track(async {
                let _guard = map.get(&1);
                pause(1).await;
            }));
            let mut context = Context::from_waker(Waker::noop());
            assert!(holder.as_mut().poll(&mut context).is_pending());
            fidge::thread::scope(|scope| {
                scope.spawn(|| block_on(holder));
                map.insert(1, [1]);
            });
        });
        told(&report, "DashMap::get");
    }
}

alone! {
    fn of_the_poller_deadlock_as_well() {
        let report = fidge::check(|| {
            let mutex = Mutex::new(0);
            panic_of(|| {
                let _held = mutex.lock();
                block_on(track(async {
                    drop(mutex.lock());
                }));
            });
        });
        deadlock(&report, "Mutex::lock", "Mutex::lock");
    }
}
