//! Async tasks that share a map, on an executor of two threads with one queue.

use fidge::dashmap::DashMap;
use fidge::sync::{Condvar, Mutex};
use fidge::task::{Context, Poll, Wake, Waker, track};
use fidge::thread;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc; // A waker is made of std's.

type Future = Pin<Box<dyn std::future::Future<Output = ()> + Send>>;

#[derive(Default)]
struct Executor {
    /// The queue, and how many tasks have not ended.
    ready: Mutex<(VecDeque<Arc<Task>>, usize)>,
    changed: Condvar,
}

struct Task {
    future: Mutex<Option<Future>>,
    executor: Arc<Executor>,
}

impl Wake for Task {
    fn wake(self: Arc<Self>) {
        self.executor.push(Arc::clone(&self));
    }
}

impl Executor {
    fn push(&self, task: Arc<Task>) {
        self.ready.lock().unwrap().0.push_back(task);
        self.changed.notify_one();
    }

    fn spawn(self: &Arc<Self>, future: impl std::future::Future<Output = ()> + Send + 'static) {
        self.ready.lock().unwrap().1 += 1;
        self.push(Arc::new(Task {
            future: Mutex::new(Some(Box::pin(track(future)))),
            executor: Arc::clone(self),
        }));
    }

    fn run(&self) {
        loop {
            let ready = self.ready.lock().unwrap();
            let idle = |ready: &mut (VecDeque<_>, usize)| ready.0.is_empty() && ready.1 > 0;
            let Some(task) = self.changed.wait_while(ready, idle).unwrap().0.pop_front() else {
                return;
            };
            let waker = Waker::from(Arc::clone(&task));
            let mut future = task.future.lock().unwrap();
            let Some(running) = future.as_mut() else {
                continue;
            };
            if running
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_ready()
            {
                *future = None;
                self.ready.lock().unwrap().1 -= 1;
                self.changed.notify_all();
            }
        }
    }
}

async fn yield_now() {
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

#[test]
fn no_count_is_lost_over_an_await() {
    crate::soak(|| {
        let executor = Arc::new(Executor::default());
        let counts: Arc<DashMap<u32, u32>> = Arc::default();
        for task in 0..6 {
            let counts = Arc::clone(&counts);
            executor.spawn(async move {
                for n in 0..10 {
                    let key = (task + n) % 4;
                    let before = counts.get(&key).map_or(0, |count| *count);
                    yield_now().await;
                    let mut count = counts.entry(key).or_insert(0);
                    *count += 1;
                    assert!(*count > before);
                }
            });
        }
        thread::scope(|s| {
            s.spawn(|| executor.run());
            executor.run();
        });
        assert_eq!(counts.iter().map(|count| *count).sum::<u32>(), 60);
    });
}
