//! `fidge::task`, in both feature states: a tracked future does what the future does.

use fidge::task::{Context, Poll, RawWaker, RawWakerVTable, Tracked, Wake, Waker, ready, track};
use std::cell::{Cell, RefCell};
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};

/// An executor of one future: parks its thread between polls.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(fidge::thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(fidge::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => fidge::thread::park(),
        }
    }
}

/// A waker that counts.
#[derive(Default)]
struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll_once<F: Future>(future: Pin<&mut F>, waker: &Waker) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(waker))
}

/// Ready when polled for the second time, having woken itself.
async fn yield_once() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Says when it is dropped, and in what state.
struct Dropped(Rc<RefCell<Vec<&'static str>>>, &'static str);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.borrow_mut().push(self.1);
    }
}

#[test]
fn every_name_is_there() {
    fn tracks<F: Future>() {
        let _: fn(F) -> Tracked<F> = track;
    }
    tracks::<std::future::Ready<u8>>();
    fn is<T>() {}
    is::<RawWaker>();
    is::<RawWakerVTable>();
    fn passes_on(poll: Poll<u8>) -> Poll<u8> {
        Poll::Ready(ready!(poll))
    }
    assert_eq!(passes_on(Poll::Ready(1)), Poll::Ready(1));
}

#[test]
fn a_tracked_future_is_send_and_unpin_as_the_future_is() {
    fn send_and_unpin<T: Send + Unpin>(_: &T) {}
    fn is_send<T: Send>(_: &T) {}
    send_and_unpin(&track(std::future::ready(1)));
    is_send(&track(async { yield_once().await }));
}

#[test]
fn it_returns_what_the_future_returns() {
    assert_eq!(block_on(track(async { 7 })), 7);
    let nested = track(async {
        yield_once().await;
        let inner = track(async {
            yield_once().await;
            "inner"
        });
        (inner.await, track(std::future::ready(1)).await)
    });
    assert_eq!(block_on(nested), ("inner", 1));
}

#[test]
fn a_wake_from_another_thread_arrives() {
    let shared = Arc::new(Mutex::new((None::<Waker>, false)));
    let (started, start) = mpsc::channel();
    let waiting = Arc::clone(&shared);
    let waits = track(poll_fn(move |cx| {
        let mut shared = waiting.lock().unwrap();
        if shared.1 {
            return Poll::Ready(());
        }
        shared.0 = Some(cx.waker().clone());
        started.send(()).unwrap();
        Poll::Pending
    }));
    let waking = fidge::thread::spawn(move || {
        start.recv().unwrap();
        let mut shared = shared.lock().unwrap();
        shared.1 = true;
        shared.0.take().unwrap().wake();
    });
    block_on(waits);
    waking.join().unwrap();
}

#[test]
fn a_wake_reaches_the_executors_waker_once() {
    let count = Arc::new(Count::default());
    let waker = Waker::from(Arc::clone(&count));
    let mut future = pin!(track(yield_once()));
    assert!(poll_once(future.as_mut(), &waker).is_pending());
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
    assert!(poll_once(future.as_mut(), &waker).is_ready());
    assert_eq!(count.0.load(Ordering::SeqCst), 1);
}

#[test]
fn a_kept_waker_will_wake_while_the_executors_is_the_same() {
    let kept = RefCell::new(None::<Waker>);
    let same = Cell::new(None);
    let mut future = pin!(track(poll_fn(|cx| {
        let mut kept = kept.borrow_mut();
        same.set(kept.as_ref().map(|kept| kept.will_wake(cx.waker())));
        *kept = Some(cx.waker().clone());
        Poll::<()>::Pending
    })));
    let (one, other) = (Arc::new(Count::default()), Arc::new(Count::default()));
    let (first, second) = (
        Waker::from(Arc::clone(&one)),
        Waker::from(Arc::clone(&other)),
    );
    let mut poll = |waker: &Waker| {
        assert!(poll_once(future.as_mut(), waker).is_pending());
        same.get()
    };
    assert_eq!(poll(&first), None);
    assert_eq!(poll(&first), Some(true));
    assert_eq!(poll(&first.clone()), Some(true));
    assert_eq!(poll(&second), Some(false));
    assert_eq!(poll(&second), Some(true));
    kept.take().unwrap().wake();
    let woken = [one, other].map(|count| count.0.load(Ordering::SeqCst));
    assert_eq!(woken, [0, 1]);
}

#[test]
fn nothing_keeps_the_executors_waker_alive_but_who_kept_it() {
    let count = Arc::new(Count::default());
    let mut future = pin!(track(pending::<()>()));
    assert!(poll_once(future.as_mut(), &Waker::from(Arc::clone(&count))).is_pending());
    assert_eq!(Arc::strong_count(&count), 1);
}

#[test]
fn an_unfinished_future_is_dropped_where_it_is() {
    let log = Rc::default();
    let (before, held) = (
        Dropped(Rc::clone(&log), "captured"),
        Dropped(Rc::clone(&log), "local"),
    );
    let mut future = Box::pin(track(async move {
        let _before = before;
        let _held = held;
        pending::<()>().await;
    }));
    assert!(poll_once(future.as_mut(), Waker::noop()).is_pending());
    assert!(log.borrow().is_empty());
    drop(future);
    assert_eq!(*log.borrow(), ["local", "captured"]);
}

#[test]
fn a_future_that_was_never_polled_is_dropped_once() {
    let log = Rc::default();
    let held = Dropped(Rc::clone(&log), "captured");
    drop(track(async move { drop(held) }));
    assert_eq!(*log.borrow(), ["captured"]);
}

#[test]
fn a_finished_future_is_dropped_when_its_owner_says() {
    struct Finished(#[allow(dead_code)] Dropped);
    impl Future for Finished {
        type Output = ();
        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            Poll::Ready(())
        }
    }
    let log = Rc::default();
    let mut future = Box::pin(track(Finished(Dropped(Rc::clone(&log), "future"))));
    assert!(poll_once(future.as_mut(), Waker::noop()).is_ready());
    // This one does not mind being polled again.
    assert!(poll_once(future.as_mut(), Waker::noop()).is_ready());
    assert!(log.borrow().is_empty());
    drop(future);
    assert_eq!(*log.borrow(), ["future"]);
}

#[test]
fn a_panic_passes_through_and_a_later_poll_is_the_futures_to_refuse() {
    let mut future = Box::pin(track(async { panic!("inside") }));
    let mut poll = || {
        let polled = AssertUnwindSafe(|| poll_once::<_>(future.as_mut(), Waker::noop()));
        let payload = catch_unwind(polled).expect_err("should have panicked");
        *payload.downcast::<&str>().expect("a text")
    };
    assert_eq!(poll(), "inside");
    assert!(poll().contains("resumed after panicking"));
}

#[test]
fn a_panic_in_the_futures_drop_passes_through() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in drop");
        }
    }
    let held = Panics;
    let future = track(async move { drop(held) });
    let payload = catch_unwind(AssertUnwindSafe(|| drop(future))).unwrap_err();
    assert_eq!(payload.downcast_ref(), Some(&"in drop"));
}

#[test]
fn a_future_moves_between_threads_from_poll_to_poll() {
    let mut future = Box::pin(track(async {
        let mut threads = vec![std::thread::current().id()];
        yield_once().await;
        threads.push(std::thread::current().id());
        threads
    }));
    assert!(poll_once(future.as_mut(), Waker::noop()).is_pending());
    let elsewhere = move || poll_once(future.as_mut(), Waker::noop());
    let Poll::Ready(threads) = fidge::thread::spawn(elsewhere).join().unwrap() else {
        panic!("ready at the second poll");
    };
    assert_eq!(threads[0], std::thread::current().id());
    assert_ne!(threads[0], threads[1]);
}
