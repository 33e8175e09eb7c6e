//! A local executor of a few lines: all its tasks run on the thread that calls [`run`].
//!
//! It stands for any current-thread runtime. Each task is a strand of its own ([`fidge::task`]);
//! that they share an OS thread orders nothing between them, since the next version of the program
//! or of its runtime may interleave them otherwise.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// A task, as [`run`] takes it.
pub type Task<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Makes a task of a future; what the caller did so far happens before its first poll.
#[track_caller]
pub fn spawn<'a>(future: impl Future<Output = ()> + 'a) -> Task<'a> {
    Box::pin(fidge::task::track(future))
}

/// Polls the tasks in turn until all have ended. Tasks wait by [`yield_now`] only, so each is
/// polled again whether it was woken or not.
pub fn run<'a>(tasks: impl IntoIterator<Item = Task<'a>>) {
    let mut tasks: Vec<_> = tasks.into_iter().collect();
    let mut context = Context::from_waker(Waker::noop());
    while !tasks.is_empty() {
        tasks.retain_mut(|task| task.as_mut().poll(&mut context).is_pending());
    }
}

/// Lets every other task run once.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|_| {
        if std::mem::replace(&mut yielded, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn tasks_take_turns() {
        let log = RefCell::new(String::new());
        let task = |name: char| {
            let log = &log;
            spawn(async move {
                log.borrow_mut().push(name);
                yield_now().await;
                log.borrow_mut().push(name);
            })
        };
        run([task('a'), task('b')]);
        assert_eq!(log.into_inner(), "abab");
    }
}
